//! A small full-text index: a sorted vocabulary, searched by prefix.
//!
//! Every term must be found. A name that is or begins with what was asked comes first. Then a whole word
//! counts more than a prefix, and the thing's own name more than the names around it; then the more popular
//! comes first, then the catalogue's order, so the same question always has the same answer.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use crate::text;

/// What a word of a document belongs to. Spotify's search takes these as filters, as in `artist:radiohead
/// year:1997`.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Field {
    Artist,
    Album,
    Track,
    Genre,
    Year,
}

impl Field {
    fn named(name: &str) -> Option<Field> {
        match name {
            "artist" => Some(Field::Artist),
            "album" => Some(Field::Album),
            "track" => Some(Field::Track),
            "genre" => Some(Field::Genre),
            "year" => Some(Field::Year),
            _ => None,
        }
    }

    /// Searched without being named.
    fn is_a_name(self) -> bool {
        matches!(self, Field::Artist | Field::Album | Field::Track)
    }
}

/// What is asked for.
pub(crate) struct Terms {
    terms: Vec<(Option<Field>, String)>,
}

impl Terms {
    /// Plain words; nothing in them is a filter.
    pub(crate) fn plain(asked: &str) -> Terms {
        Terms { terms: text::words(asked).into_iter().map(|word| (None, word)).collect() }
    }

    /// Words and filters. A filter holds until the next one or until its quotation mark is closed.
    pub(crate) fn with_filters(asked: &str) -> Terms {
        let mut terms = Vec::new();
        let mut field = None;
        for chunk in asked.split_whitespace() {
            let named = chunk.split_once(':').and_then(|(name, rest)| Some((Field::named(name)?, rest)));
            let rest = named.map_or(chunk, |(_, rest)| rest);
            field = named.map(|(named, _)| named).or(field);
            for word in text::words(rest) {
                if !terms.contains(&(field, word.clone())) {
                    terms.push((field, word));
                }
            }
            if chunk.ends_with('"') {
                field = None;
            }
        }
        Terms { terms }
    }
}

pub(crate) struct Document<'a> {
    pub(crate) name: &'a str,
    pub(crate) popularity: u8,
    pub(crate) fields: Vec<(Field, &'a str)>,
}

/// Documents are numbered in the order given.
pub(crate) struct Index {
    /// The field that holds a document's own name.
    own: Field,
    words: BTreeMap<String, Vec<(u32, Field)>>,
    /// Folded name and popularity by number.
    documents: Vec<(String, u8)>,
}

impl Index {
    pub(crate) fn new<'a>(own: Field, documents: impl Iterator<Item = Document<'a>>) -> Index {
        let mut index = Index { own, words: BTreeMap::new(), documents: Vec::new() };
        for (number, document) in (0..).zip(documents) {
            index.documents.push((text::words(document.name).join(" "), document.popularity));
            for (field, words) in document.fields {
                for word in text::words(words) {
                    index.words.entry(word).or_default().push((number, field));
                }
            }
        }
        index
    }

    /// The numbers of what matches all terms, best first.
    pub(crate) fn find(&self, asked: &Terms) -> Vec<usize> {
        let mut terms = asked.terms.iter();
        let Some(first) = terms.next() else { return Vec::new() };
        let mut scores = self.matches(first);
        for term in terms {
            let matches = self.matches(term);
            scores.retain(|number, score| matches.get(number).map(|more| *score += more).is_some());
        }
        let name = asked.terms.iter().map(|(_, word)| word.as_str()).collect::<Vec<_>>().join(" ");
        let mut found: Vec<_> = scores
            .into_iter()
            .map(|(number, score)| {
                let (own_name, popularity) = &self.documents[number as usize];
                (Reverse(score + likeness(own_name, &name)), Reverse(*popularity), number as usize)
            })
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, _, number)| number).collect()
    }

    /// By number, how well the term's best word fits.
    fn matches(&self, (wanted, term): &(Option<Field>, String)) -> HashMap<u32, u32> {
        let mut best = HashMap::new();
        let words = self.words.range(term.clone()..).take_while(|(word, _)| word.starts_with(term));
        for (word, postings) in words {
            for &(number, field) in postings {
                if wanted.map_or(field.is_a_name(), |wanted| wanted == field) {
                    let whole = if word == term { 2 } else { 1 };
                    let score = if self.own == field { 4 * whole } else { whole };
                    let so_far = best.entry(number).or_insert(score);
                    *so_far = score.max(*so_far);
                }
            }
        }
        best
    }
}

/// The whole name asked for, or the beginning of one, beats any sum of words.
fn likeness(name: &str, asked: &str) -> u32 {
    match name.strip_prefix(asked) {
        Some("") => 30_000,
        Some(rest) if rest.starts_with(' ') => 20_000,
        Some(_) => 10_000,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalogue;

    fn index() -> Index {
        let document = |name, popularity, artist| Document {
            name,
            popularity,
            fields: vec![(Field::Album, name), (Field::Artist, artist), (Field::Year, "1997")],
        };
        let documents = [
            document("Ljósár", 10, "Þokuljóð"),
            document("Lantern", 50, "Ljós"),
            document("Ljós", 5, "Lantern House"),
            document("Lanterns and Ljós", 90, "Nobody"),
            document("Ljósár", 11, "Another"),
        ];
        Index::new(Field::Album, documents.into_iter())
    }

    #[test]
    fn documents_are_ranked() {
        let cases: [(&str, &[usize]); 12] = [
            // The whole name; its beginning, by popularity; a word of it; a word of another name.
            ("ljos", &[2, 4, 0, 3, 1]),
            ("LJÓS", &[2, 4, 0, 3, 1]),
            ("lantern", &[1, 3, 2]),
            ("lantern ljos", &[3, 1, 2]),
            ("artist:lantern", &[2]),
            ("artist:\"lantern house\" ljos", &[2]),
            ("artist:lantern ljos", &[]),
            ("album:ljos artist:nobody", &[3]),
            ("1997", &[]),
            ("year:1997 lantern", &[]),
            ("absent", &[]),
            ("!!!", &[]),
        ];
        for (asked, expected) in cases {
            assert_eq!(index().find(&Terms::with_filters(asked)), expected, "{asked}");
        }
        assert_eq!(index().find(&Terms::with_filters("lantern year:1997")), [1, 3, 2]);
        assert!(index().find(&Terms::plain("artist:lantern")).is_empty());
    }

    #[test]
    fn the_catalogue_is_found_whatever_the_diacritics() {
        let catalogue = Catalogue::bundled();
        let cases = [
            ("radiohead", "Radiohead"),
            ("radio", "Radiohead"),
            ("billie eil", "Billie Eilish"),
            ("les reverberes", "Les Réverbères Doux"),
            ("LUCJA DZWIE", "Łucja Dźwiękowa"),
            ("giac mo giay", "Giấc Mơ Giấy"),
            ("夜行", "夜行バス通信"),
        ];
        for (asked, expected) in cases {
            let found = catalogue.find_artists(&Terms::plain(asked));
            assert_eq!(found.first().map(|artist| artist.name.as_str()), Some(expected), "{asked}");
        }
    }
}
