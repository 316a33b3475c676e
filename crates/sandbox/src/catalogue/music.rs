//! Artists, their albums and the tracks on them, as the catalogue's file holds them.

use serde::Deserialize;

use crate::search::{Document, Field};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Artist {
    /// Spotify's id: 22 characters of base62.
    pub(crate) id: String,
    /// Soundcharts' id.
    pub(crate) uuid: String,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) country: String,
    pub(crate) city: String,
    /// `person` or `group`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) gender: Option<String>,
    pub(crate) born: Option<String>,
    /// The genre above `genres`.
    pub(crate) root: String,
    pub(crate) genres: Vec<String>,
    pub(crate) growth: String,
    pub(crate) followers: u64,
    /// 0 to 100.
    pub(crate) popularity: u8,
    /// What the addresses of the picture's sizes have in common.
    pub(crate) image: String,
    pub(crate) albums: Vec<Album>,
}

impl Artist {
    pub(super) fn document(&self) -> Document<'_> {
        let mut fields = vec![(Field::Artist, self.name.as_str())];
        fields.extend(self.genres.iter().map(|genre| (Field::Genre, genre.as_str())));
        Document { name: &self.name, popularity: self.popularity, fields }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Album {
    pub(crate) id: String,
    pub(crate) name: String,
    /// `album`, `single` or `compilation`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// A year, a month or a day.
    pub(crate) released: String,
    pub(crate) label: String,
    pub(crate) upc: String,
    /// The first ten characters of its tracks' ISRCs.
    isrc: String,
    pub(crate) image: String,
    pub(crate) popularity: u8,
    tracks: Vec<Track>,
}

/// In the file: `[id, name, milliseconds]`.
#[derive(Deserialize)]
struct Track(String, String, u64);

impl Album {
    pub(crate) fn year(&self) -> &str {
        self.released.split('-').next().unwrap_or_default()
    }
}

/// An album and whose it is.
#[derive(Clone, Copy)]
pub(crate) struct AlbumOf<'a> {
    pub(crate) artist: &'a Artist,
    pub(crate) album: &'a Album,
}

impl<'a> AlbumOf<'a> {
    pub(crate) fn tracks(self) -> impl ExactSizeIterator<Item = TrackOf<'a>> {
        (0..self.album.tracks.len()).map(move |t| self.track(t))
    }

    pub(super) fn track(self, t: usize) -> TrackOf<'a> {
        let Track(id, name, duration_ms) = &self.album.tracks[t];
        TrackOf { on: self, id, name, duration_ms: *duration_ms, number: t + 1 }
    }

    pub(super) fn document(self) -> Document<'a> {
        let AlbumOf { artist, album } = self;
        let fields = vec![
            (Field::Album, album.name.as_str()),
            (Field::Artist, &artist.name),
            (Field::Year, album.year()),
        ];
        Document { name: &album.name, popularity: album.popularity, fields }
    }
}

/// A track and where it is.
#[derive(Clone, Copy)]
pub(crate) struct TrackOf<'a> {
    pub(crate) on: AlbumOf<'a>,
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) duration_ms: u64,
    /// Counts from 1.
    pub(crate) number: usize,
}

impl<'a> TrackOf<'a> {
    pub(crate) fn isrc(self) -> String {
        format!("{}{:02}", self.on.album.isrc, self.number)
    }

    /// Openers are heard most.
    pub(crate) fn popularity(self) -> u8 {
        let skipped = u8::try_from(self.number).unwrap_or(u8::MAX);
        self.on.album.popularity.saturating_sub(skipped)
    }

    pub(super) fn document(self) -> Document<'a> {
        let AlbumOf { artist, album } = self.on;
        let mut fields = vec![
            (Field::Track, self.name),
            (Field::Album, album.name.as_str()),
            (Field::Artist, &artist.name),
            (Field::Year, album.year()),
        ];
        fields.extend(artist.genres.iter().map(|genre| (Field::Genre, genre.as_str())));
        Document { name: self.name, popularity: self.popularity(), fields }
    }
}
