//! What was sold: the catalogue's record behind reports and orders.

use serde::Deserialize;

use super::bands::Seller;
use super::moment::Moment;
use crate::text::slug;

/// One line of a report. Amounts are in hundredths of the currency.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sale {
    /// The transaction's; a payout's is no number.
    pub(super) id: String,
    pub(super) item: Option<u64>,
    /// The transaction that a refund belongs to.
    pub(super) related: Option<String>,
    pub(super) band: u64,
    pub(super) date: Moment,
    /// `album`, `track`, `package`, `refund` or `payout`.
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) currency: String,
    pub(super) price: i64,
    pub(super) quantity: i64,
    pub(super) album: Option<String>,
    /// Counts from 1.
    pub(super) track: Option<usize>,
    #[serde(default)]
    pub(super) tip: i64,
    #[serde(default)]
    pub(super) tax: i64,
    #[serde(default)]
    pub(super) shipping: i64,
    pub(super) package: Option<String>,
    pub(super) package_id: Option<u64>,
    pub(super) option: Option<String>,
    pub(super) option_id: Option<u64>,
    pub(super) sku: Option<String>,
    pub(super) shipped: Option<Moment>,
    pub(super) buyer: Option<Buyer>,
}

impl Sale {
    pub(super) fn sub_total(&self) -> i64 {
        self.price * self.quantity
    }

    pub(super) fn url(&self, seller: &Seller<'_>) -> String {
        let kind = match self.kind.as_str() {
            "track" => "track",
            "package" => "merch",
            _ => "album",
        };
        format!("https://{}.bandcamp.com/{kind}/{}", seller.subdomain, slug(&self.name))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Buyer {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) country: String,
    pub(super) code: String,
    pub(super) region: String,
    pub(super) city: String,
    pub(super) street: String,
    pub(super) zip: String,
}

impl Buyer {
    pub(super) fn address(&self) -> [(&'static str, &str); 7] {
        [
            ("ship_to_name", &self.name),
            ("ship_to_street", &self.street),
            ("ship_to_city", &self.city),
            ("ship_to_state", &self.region),
            ("ship_to_zip", &self.zip),
            ("ship_to_country", &self.country),
            ("ship_to_country_code", &self.code),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::super::bands::seller;
    use crate::Catalogue;

    #[test]
    fn what_was_sold_exists() {
        let catalogue = Catalogue::bundled();
        assert!(catalogue.sales().is_sorted_by_key(|sale| sale.date));
        for sale in catalogue.sales() {
            let seller = seller(catalogue.bands(), sale.band).unwrap();
            let album = sale.album.as_ref().map(|id| catalogue.album(id).unwrap());
            assert!(album.is_none_or(|album| album.artist.name == seller.name), "{}", sale.id);
            assert!(
                sale.track
                    .is_none_or(|number| album.unwrap().tracks().nth(number - 1).unwrap().name == sale.name)
            );
            assert_eq!(sale.package.is_some(), sale.kind == "package", "{}", sale.id);
            assert_eq!(
                sale.package.is_some(),
                sale.package_id.is_some() && sale.sku.is_some(),
                "{}",
                sale.id
            );
            assert_eq!(sale.option.is_some(), sale.option_id.is_some(), "{}", sale.id);
            assert_eq!(sale.kind != "payout", sale.buyer.is_some() && sale.item.is_some(), "{}", sale.id);
        }
    }
}
