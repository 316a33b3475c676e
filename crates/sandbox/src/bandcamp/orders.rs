//! `POST /api/merchorders/{3,4}/get_orders`: what was sold that has to be sent.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::bands::{Seller, seller};
use super::call::{Call, Format};
use super::error::Error;
use super::sale::Sale;
use super::sales::{amount, transaction_id};
use super::{csv, reply};
use crate::Catalogue;
use crate::text::words;

#[rustfmt::skip]
const MEMBERS: [&str; 33] = [
    "sale_item_id", "payment_id", "order_date", "paypal_id", "sku", "item_name", "item_url", "artist",
    "option", "option_id", "quantity", "sub_total", "tax", "shipping", "currency", "order_total",
    "buyer_name", "buyer_email", "buyer_note", "buyer_phone", "ship_to_name", "ship_to_street",
    "ship_to_street_2", "ship_to_city", "ship_to_state", "ship_to_zip", "ship_to_country",
    "ship_to_country_code", "ship_date", "payment_state", "ship_from_country_name", "selling_band_url",
    "package_id",
];

pub(super) async fn get_orders(
    State(catalogue): State<Arc<Catalogue>>,
    call: Call,
) -> Result<Response, Error> {
    let bands = call.bands(catalogue.bands())?;
    let span = call.span()?;
    let unshipped_only = call.flag("unshipped_only")?;
    let name = words(call.text("name")?.unwrap_or_default());
    let origin = call.number("origin_id")?;
    let asked = |sale: &&Sale| {
        sale.package.is_some()
            && bands.contains(&sale.band)
            && span.holds(sale.date)
            && !(unshipped_only && sale.shipped.is_some())
            && name.iter().all(|word| words(&sale.name).contains(word))
    };
    let orders: Vec<_> = catalogue
        .sales()
        .iter()
        .filter(asked)
        .filter_map(|sale| Some((sale, seller(catalogue.bands(), sale.band)?)))
        .filter(|(_, seller)| origin.is_none_or(|id| seller.paid.origin_id == id))
        .map(|(sale, seller)| order(sale, &seller))
        .collect();
    Ok(match call.format()? {
        Format::Csv => csv::reply(&MEMBERS, &orders),
        Format::Json => reply(&json!({ "success": true, "items": orders })),
    })
}

/// Every member of `MEMBERS`, `null` where the sale has none.
fn order(sale: &Sale, seller: &Seller<'_>) -> Map<String, Value> {
    let mut known = json!({
        "sale_item_id": sale.item,
        "payment_id": transaction_id(&sale.id),
        "order_date": sale.date.to_string(),
        "sku": sale.sku,
        "item_name": sale.name,
        "item_url": sale.url(seller),
        "artist": seller.name,
        "option": sale.option,
        "option_id": sale.option_id,
        "quantity": sale.quantity,
        "sub_total": amount(sale.sub_total()),
        "tax": amount(sale.tax),
        "shipping": amount(sale.shipping),
        "currency": sale.currency,
        "order_total": amount(sale.sub_total() + sale.tax + sale.shipping),
        "ship_date": sale.shipped.map(|date| date.to_string()),
        "payment_state": "paid",
        "ship_from_country_name": seller.paid.ships_from,
        "selling_band_url": format!("https://{}.bandcamp.com", seller.subdomain),
        "package_id": sale.package_id,
    });
    if let Some(buyer) = &sale.buyer {
        known["buyer_name"] = json!(buyer.name);
        known["buyer_email"] = json!(buyer.email);
        for (name, value) in buyer.address() {
            known[name] = json!(value);
        }
    }
    MEMBERS.iter().map(|name| ((*name).to_owned(), known[*name].take())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ask::post;
    use crate::bandcamp;

    async fn orders(call: Value) -> Vec<Value> {
        let answer =
            post(&bandcamp(&Catalogue::bundled()), "/api/merchorders/3/get_orders", call.to_string()).await;
        let body = answer.json();
        assert_eq!((answer.status.as_u16(), &body["success"]), (200, &json!(true)), "{call}: {body}");
        body["items"].as_array().unwrap().clone()
    }

    #[tokio::test]
    async fn orders_are_filtered() {
        let catalogue = Catalogue::bundled();
        let label = &catalogue.bands()[0];
        let all = orders(json!({ "band_id": label.band_id })).await;
        let members: Vec<_> = all[0].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, MEMBERS);
        assert!(all.iter().all(|order| order["package_id"].is_u64() && order["ship_to_name"].is_string()));

        let unshipped = orders(json!({ "band_id": label.band_id, "unshipped_only": true })).await;
        assert!(!unshipped.is_empty() && unshipped.len() < all.len());
        assert!(unshipped.iter().all(|order| order["ship_date"].is_null()));

        let name = all[0]["item_name"].as_str().unwrap().to_uppercase();
        let named = orders(json!({ "band_id": label.band_id, "name": name })).await;
        assert!(named.contains(&all[0]) && named.len() < all.len());

        let here = orders(json!({ "band_id": label.band_id, "origin_id": label.origin_id })).await;
        assert_eq!(here.len(), all.len());
        assert!(orders(json!({ "band_id": label.band_id, "origin_id": 1 })).await.is_empty());
        assert!(orders(json!({ "band_id": label.band_id, "end_time": "2000-01-01" })).await.is_empty());

        let sum: usize = {
            let mut sum = 0;
            for member in &label.member_bands {
                let call = json!({ "band_id": label.band_id, "member_band_id": member.band_id });
                sum += orders(call).await.len();
            }
            sum
        };
        assert_eq!(sum, all.len());
    }

    #[tokio::test]
    async fn csv_and_refusals() {
        let router = bandcamp(&Catalogue::bundled());
        let label = Catalogue::bundled().bands()[0].band_id;
        let path = "/api/merchorders/4/get_orders";
        let answer = post(&router, path, json!({ "band_id": label, "format": "csv" }).to_string()).await;
        assert!(answer.text.starts_with("sale_item_id,payment_id,"));
        for call in [
            json!({}),
            json!({ "band_id": label, "unshipped_only": 1 }),
            json!({ "band_id": label, "origin_id": "x" }),
            json!({ "band_id": label, "format": "xml" }),
        ] {
            let answer = post(&router, path, call.to_string()).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (200, &json!(true)), "{call}");
        }
    }
}
