//! The one catalogue all four providers show: `catalogue.json`, in which an artist, a sale and an ad account
//! are a line each.
//!
//! Two artists are real. Radiohead is the record Spotify prints in "Getting started with Web API" and Billie
//! Eilish the one whose UUID Soundcharts' documents use; of them only names, dates and track titles are
//! facts. Everything else is invented, with numbers that no real product carries (ISRCs under `XX`, barcodes
//! under a restricted prefix).

mod music;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, OnceLock};

use serde::Deserialize;
use serde_json::Value;

use crate::bandcamp::{Band, Sale};
use crate::search::{Field, Index, Terms};
pub(crate) use music::{AlbumOf, Artist, TrackOf};

static BUNDLED: LazyLock<Arc<Catalogue>> = LazyLock::new(|| {
    let source =
        serde_json::from_str(include_str!("../../catalogue.json")).expect("catalogue.json is well formed");
    Arc::new(Catalogue::new(source))
});

/// Artists with their albums and tracks, findable by id and by words; bands with their sales; ad accounts.
pub struct Catalogue {
    source: Source,
    places: HashMap<String, Place>,
    uuids: HashMap<String, usize>,
    albums: Vec<(usize, usize)>,
    tracks: Vec<(usize, usize, usize)>,
    // Built when first searched: starting is to be quick.
    artist_index: OnceLock<Index>,
    album_index: OnceLock<Index>,
    track_index: OnceLock<Index>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    artists: Vec<Artist>,
    bands: Vec<Band>,
    sales: Vec<Sale>,
    ad_accounts: Vec<Value>,
}

/// Where a Spotify id leads.
enum Place {
    Artist(usize),
    Album(usize, usize),
    Track(usize, usize, usize),
}

impl Catalogue {
    /// The catalogue that is part of this crate, parsed at the first call.
    pub fn bundled() -> Arc<Catalogue> {
        BUNDLED.clone()
    }

    fn new(source: Source) -> Catalogue {
        let mut places = HashMap::new();
        let (mut albums, mut tracks) = (Vec::new(), Vec::new());
        for (a, artist) in source.artists.iter().enumerate() {
            places.insert(artist.id.clone(), Place::Artist(a));
            for (b, album) in artist.albums.iter().enumerate() {
                places.insert(album.id.clone(), Place::Album(a, b));
                albums.push((a, b));
                for (t, track) in (AlbumOf { artist, album }).tracks().enumerate() {
                    places.insert(track.id.to_owned(), Place::Track(a, b, t));
                    tracks.push((a, b, t));
                }
            }
        }
        let uuids = source.artists.iter().enumerate().map(|(a, artist)| (artist.uuid.clone(), a)).collect();
        Catalogue {
            source,
            places,
            uuids,
            albums,
            tracks,
            artist_index: OnceLock::new(),
            album_index: OnceLock::new(),
            track_index: OnceLock::new(),
        }
    }

    pub(crate) fn artists(&self) -> &[Artist] {
        &self.source.artists
    }

    pub(crate) fn bands(&self) -> &[Band] {
        &self.source.bands
    }

    /// In the order of their dates.
    pub(crate) fn sales(&self) -> &[Sale] {
        &self.source.sales
    }

    pub(crate) fn ad_accounts(&self) -> &[Value] {
        &self.source.ad_accounts
    }

    pub(crate) fn artist(&self, id: &str) -> Option<&Artist> {
        let Place::Artist(a) = *self.places.get(id)? else { return None };
        Some(&self.source.artists[a])
    }

    pub(crate) fn artist_by_uuid(&self, uuid: &str) -> Option<&Artist> {
        self.uuids.get(uuid).map(|&a| &self.source.artists[a])
    }

    pub(crate) fn album(&self, id: &str) -> Option<AlbumOf<'_>> {
        let Place::Album(a, b) = *self.places.get(id)? else { return None };
        Some(self.album_at((a, b)))
    }

    pub(crate) fn track(&self, id: &str) -> Option<TrackOf<'_>> {
        let Place::Track(a, b, t) = *self.places.get(id)? else { return None };
        Some(self.track_at((a, b, t)))
    }

    pub(crate) fn find_artists(&self, terms: &Terms) -> Vec<&Artist> {
        let documents = || Index::new(Field::Artist, self.artists().iter().map(Artist::document));
        let index = self.artist_index.get_or_init(documents);
        index.find(terms).into_iter().map(|a| &self.source.artists[a]).collect()
    }

    pub(crate) fn find_albums(&self, terms: &Terms) -> Vec<AlbumOf<'_>> {
        let album = |n: usize| self.album_at(self.albums[n]);
        let documents = || Index::new(Field::Album, (0..self.albums.len()).map(|n| album(n).document()));
        self.album_index.get_or_init(documents).find(terms).into_iter().map(album).collect()
    }

    pub(crate) fn find_tracks(&self, terms: &Terms) -> Vec<TrackOf<'_>> {
        let track = |n: usize| self.track_at(self.tracks[n]);
        let documents = || Index::new(Field::Track, (0..self.tracks.len()).map(|n| track(n).document()));
        self.track_index.get_or_init(documents).find(terms).into_iter().map(track).collect()
    }

    fn album_at(&self, (a, b): (usize, usize)) -> AlbumOf<'_> {
        let artist = &self.source.artists[a];
        AlbumOf { artist, album: &artist.albums[b] }
    }

    fn track_at(&self, (a, b, t): (usize, usize, usize)) -> TrackOf<'_> {
        self.album_at((a, b)).track(t)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn is_id(id: &str) -> bool {
        const DIGITS: &str = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        let value = id
            .chars()
            .try_fold(0u128, |value, c| value.checked_mul(62)?.checked_add(DIGITS.find(c)? as u128));
        id.len() == 22 && value.is_some()
    }

    fn is_uuid(uuid: &str) -> bool {
        let lengths: Vec<_> = uuid.split('-').map(str::len).collect();
        lengths == [8, 4, 4, 4, 12] && uuid.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-'))
    }

    /// ISO 7064 mod 10: GTIN-13's check digit.
    fn is_gtin(upc: &str) -> bool {
        let digits: Vec<u32> = upc.chars().filter_map(|c| c.to_digit(10)).collect();
        let sum: u32 = digits.iter().zip([1, 3].iter().cycle()).map(|(digit, weight)| digit * weight).sum();
        digits.len() == 13 && sum.is_multiple_of(10)
    }

    #[test]
    fn the_catalogue_is_sound() {
        let catalogue = Catalogue::bundled();
        let (mut ids, mut isrcs) = (BTreeSet::new(), BTreeSet::new());
        assert!((250..400).contains(&catalogue.artists().len()));
        for artist in catalogue.artists() {
            assert!(is_id(&artist.id) && is_uuid(&artist.uuid), "{}", artist.name);
            assert!(ids.insert(artist.id.as_str()) && ids.insert(&artist.uuid), "{}", artist.name);
            assert!(artist.popularity <= 100 && !artist.genres.is_empty() && artist.slug.is_ascii());
            assert!((1..=4).contains(&artist.albums.len()), "{}", artist.name);
            for album in &artist.albums {
                let of = AlbumOf { artist, album };
                assert!(is_id(&album.id) && is_gtin(&album.upc) && album.popularity <= 100, "{}", album.name);
                assert!(ids.insert(&album.id) && ids.insert(&album.upc), "{}", album.name);
                assert!((1..=50).contains(&of.tracks().len()), "{}", album.name);
                for track in of.tracks() {
                    assert!(is_id(track.id) && ids.insert(track.id), "{}", track.name);
                    assert!(track.isrc().len() == 12 && isrcs.insert(track.isrc()), "{}", track.isrc());
                }
            }
        }
    }

    #[test]
    fn ids_lead_to_their_own_kind() {
        let catalogue = Catalogue::bundled();
        let artist = &catalogue.artists()[5];
        let album = catalogue.album(&artist.albums[0].id).unwrap();
        let track = catalogue.track(album.tracks().next().unwrap().id).unwrap();
        assert_eq!(catalogue.artist(&artist.id).unwrap().name, artist.name);
        assert_eq!(catalogue.artist_by_uuid(&artist.uuid).unwrap().name, artist.name);
        assert_eq!(
            (album.artist.name.as_str(), track.on.album.name.as_str()),
            (artist.name.as_str(), album.album.name.as_str())
        );
        assert!(catalogue.artist(&album.album.id).is_none());
        assert!(catalogue.album(track.id).is_none());
        assert!(catalogue.track(&artist.id).is_none());
    }
}
