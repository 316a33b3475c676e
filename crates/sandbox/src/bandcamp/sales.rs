//! `POST /api/sales/{1,2,4}/sales_report`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::bands::{Band, Seller, seller};
use super::call::{Call, Format};
use super::error::Error;
use super::sale::Sale;
use super::{csv, reply};
use crate::Catalogue;

/// A line's members in versions 1 and 2; version 4 has two ids more.
#[rustfmt::skip]
const MEMBERS: [&str; 52] = [
    "bandcamp_transaction_id", "date", "paid_to", "item_type", "item_name", "artist", "currency",
    "item_price", "quantity", "discount_code", "sub_total", "additional_fan_contribution", "seller_tax",
    "marketplace_tax", "tax_rate", "collection_society_share", "shipping", "ship_from_country_name",
    "transaction_fee", "fee_type", "item_total", "amount_you_received", "paypal_transaction_id",
    "net_amount", "package", "option", "item_url", "catalog_number", "upc", "isrc", "sku", "buyer_name",
    "buyer_email", "buyer_phone", "buyer_note", "ship_to_name", "ship_to_street", "ship_to_street_2",
    "ship_to_city", "ship_to_state", "ship_to_zip", "ship_to_country", "ship_to_country_code", "ship_date",
    "ship_notes", "country", "country_code", "region_or_state", "city", "referer", "referer_url",
    "payment_state",
];

type Line = Map<String, Value>;

/// Versions 1 and 2: an object keyed by transaction, or CSV.
pub(super) async fn report_keyed(
    State(catalogue): State<Arc<Catalogue>>,
    call: Call,
) -> Result<Response, Error> {
    let lines = lines(&catalogue, &call)?;
    if call.format()? == Format::Csv {
        let rows: Vec<_> = lines.into_iter().map(|(_, line)| line).collect();
        return Ok(csv::reply(&MEMBERS, &rows));
    }
    let keyed = lines.into_iter().map(|(sale, line)| (sale.id.clone(), Value::Object(line)));
    Ok(reply(&Value::Object(keyed.collect())))
}

/// Version 4: a list. CSV has moved to a report that is generated first.
pub(super) async fn report_listed(
    State(catalogue): State<Arc<Catalogue>>,
    call: Call,
) -> Result<Response, Error> {
    if call.format()? == Format::Csv {
        return Err(Error::CsvElsewhere);
    }
    let listed = lines(&catalogue, &call)?.into_iter().map(|(sale, mut line)| {
        line.shift_insert(1, "bandcamp_transaction_item_id".to_owned(), json!(sale.item));
        let related = sale.related.as_deref().map(transaction_id);
        line.shift_insert(2, "bandcamp_related_transaction_id".to_owned(), json!(related));
        Value::Object(line)
    });
    let report: Vec<Value> = listed.collect();
    Ok(reply(&json!({ "report": report })))
}

fn lines<'a>(catalogue: &'a Catalogue, call: &Call) -> Result<Vec<(&'a Sale, Line)>, Error> {
    let bands = call.bands(catalogue.bands())?;
    let span = call.span()?;
    if span.start.is_none() {
        return Err(Error::Missing("start_time"));
    }
    let asked = catalogue.sales().iter().filter(|sale| bands.contains(&sale.band) && span.holds(sale.date));
    Ok(asked.map(|sale| (sale, line(catalogue, sale))).collect())
}

/// Every member of `MEMBERS`, `null` where the sale has none.
fn line(catalogue: &Catalogue, sale: &Sale) -> Line {
    let mut known = match seller(catalogue.bands(), sale.band) {
        Some(seller) if sale.kind == "payout" => json!({ "paid_to": paid_to(seller.paid) }),
        Some(seller) => item(catalogue, sale, &seller),
        None => json!({}),
    };
    let total = sale.sub_total() + sale.tip + sale.tax + sale.shipping;
    // About what a payment service takes, and then Bandcamp's share.
    let fee = if sale.kind == "payout" { 0 } else { total * 4 / 100 };
    let share = if sale.kind == "payout" { 0 } else { total / 10 };
    let own = json!({
        "bandcamp_transaction_id": transaction_id(&sale.id),
        "date": sale.date.to_string(),
        "item_type": sale.kind,
        "item_name": sale.name,
        "currency": sale.currency,
        "item_price": amount(sale.price),
        "quantity": sale.quantity,
        "sub_total": amount(sale.sub_total()),
        "additional_fan_contribution": amount(sale.tip),
        "seller_tax": amount(sale.tax),
        "shipping": amount(sale.shipping),
        "transaction_fee": amount(fee),
        "item_total": amount(total),
        "amount_you_received": amount(total - fee),
        "net_amount": amount(total - fee - share),
        "option": sale.option,
        "sku": sale.sku,
    });
    let member =
        |name: &&str| ((*name).to_owned(), own.get(*name).cloned().unwrap_or_else(|| known[*name].take()));
    MEMBERS.iter().map(member).collect()
}

/// What a line says of the thing sold, its seller and its buyer.
fn item(catalogue: &Catalogue, sale: &Sale, seller: &Seller<'_>) -> Value {
    let album = sale.album.as_deref().and_then(|id| catalogue.album(id));
    let track = album.zip(sale.track).and_then(|(album, number)| album.tracks().nth(number - 1));
    let mut item = json!({
        "paid_to": paid_to(seller.paid),
        "artist": seller.name,
        "fee_type": "paypal",
        "package": sale.package.as_deref().unwrap_or("digital download"),
        "item_url": sale.url(seller),
        "upc": album.map(|of| &of.album.upc),
        "isrc": track.map(|track| track.isrc()),
        "payment_state": "paid",
    });
    if let Some(buyer) = &sale.buyer {
        item["buyer_name"] = json!(buyer.name);
        item["buyer_email"] = json!(buyer.email);
        item["country"] = json!(buyer.country);
        item["country_code"] = json!(buyer.code);
        item["region_or_state"] = json!(buyer.region);
        item["city"] = json!(buyer.city);
    }
    if let (Some(buyer), Some(_)) = (&sale.buyer, &sale.package) {
        item["ship_from_country_name"] = json!(seller.paid.ships_from);
        for (name, value) in buyer.address() {
            item[name] = json!(value);
        }
        item["ship_date"] = json!(sale.shipped.map(|date| date.to_string()));
    }
    item
}

pub(super) fn amount(hundredths: i64) -> Value {
    json!(hundredths as f64 / 100.0)
}

pub(super) fn transaction_id(id: &str) -> Value {
    id.parse::<u64>().map_or_else(|_| json!(id), |number| json!(number))
}

fn paid_to(band: &Band) -> String {
    format!("{}@example.com", band.subdomain)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::ask::{Answer, post};
    use crate::bandcamp;

    async fn report(version: u8, call: &Value) -> Answer {
        let path = format!("/api/sales/{version}/sales_report");
        post(&bandcamp(&Catalogue::bundled()), &path, call.to_string()).await
    }

    fn label() -> u64 {
        Catalogue::bundled().bands()[0].band_id
    }

    #[tokio::test]
    async fn a_label_s_report_holds_its_members_sales() {
        let call = json!({ "band_id": label(), "start_time": "2018-01-01" });
        let listed = report(4, &call).await.json();
        let lines = listed["report"].as_array().unwrap();
        let sellers: std::collections::BTreeSet<_> =
            lines.iter().map(|line| line["artist"].as_str()).collect();
        assert!(lines.len() > 20 && sellers.len() > 3);

        for version in [1, 2] {
            let keyed = report(version, &call).await.json();
            let keyed = keyed.as_object().unwrap();
            assert_eq!(keyed.len(), lines.len());
            for line in lines {
                let key = line["bandcamp_transaction_id"].to_string();
                let mut line = line.as_object().unwrap().clone();
                line.shift_remove("bandcamp_transaction_item_id");
                line.shift_remove("bandcamp_related_transaction_id");
                assert_eq!(keyed[key.trim_matches('"')], Value::Object(line));
            }
        }
    }

    #[tokio::test]
    async fn lines_have_their_members_and_add_up() {
        let call = json!({ "band_id": label(), "start_time": "2018-01-01" });
        for (_, line) in report(2, &call).await.json().as_object().unwrap() {
            let members: Vec<_> = line.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(members, MEMBERS);
            let amount = |name: &str| line[name].as_f64().unwrap();
            let parts = ["sub_total", "additional_fan_contribution", "seller_tax", "shipping"];
            let total: f64 = parts.map(amount).iter().sum();
            assert!((total - amount("item_total")).abs() < 0.001, "{line}");
            assert!(
                (amount("item_total") - amount("transaction_fee") - amount("amount_you_received")).abs()
                    < 0.001
            );
            assert_eq!(line["item_type"] == "payout", line["buyer_name"].is_null(), "{line}");
            assert_eq!(line["item_type"] == "payout", line["bandcamp_transaction_id"].is_string(), "{line}");
        }
    }

    #[tokio::test]
    async fn the_span_is_half_open() {
        let catalogue = Catalogue::bundled();
        let solo = catalogue.bands()[2].band_id;
        let all = report(4, &json!({ "band_id": solo, "start_time": "2018-01-01 00:00:00" })).await.json();
        let all = all["report"].as_array().unwrap();
        assert!(all.len() > 2);
        let dates: Vec<_> =
            catalogue.sales().iter().filter(|sale| sale.band == solo).map(|sale| sale.date).collect();
        assert!(dates.is_sorted());
        for (start, end, expected) in [
            ("2023-01-01", "2018-01-01", 0),
            ("2000-01-01", "2099-12-31T23:59:59.999Z", all.len()),
            ("2023-10-01 06:32:02", "2023-10-01 06:32:03", 1),
            ("2023-10-01 06:32:03", "2023-10-01 06:32:04", 0),
            ("2023-10-01", "2023-10-01 06:32:02", 0),
        ] {
            let call = json!({ "band_id": solo.to_string(), "start_time": start, "end_time": end });
            let found = report(4, &call).await.json();
            assert_eq!(found["report"].as_array().unwrap().len(), expected, "{start} to {end}");
        }
    }

    #[tokio::test]
    async fn a_refund_names_what_it_refunds() {
        let catalogue = Catalogue::bundled();
        let refund = catalogue.sales().iter().find(|sale| sale.kind == "refund").unwrap();
        let call = json!({ "band_id": refund.band, "start_time": "2018-01-01" });
        // A member's own sales are its label's to ask for.
        assert_eq!(report(4, &call).await.json()["error"], true);
        let paid = seller(catalogue.bands(), refund.band).unwrap().paid.band_id;
        let call = json!({ "band_id": paid, "member_band_id": refund.band, "start_time": "2018-01-01" });
        let listed = report(4, &call).await.json();
        let lines = listed["report"].as_array().unwrap();
        let line = lines.iter().find(|line| line["item_type"] == "refund").unwrap();
        assert!(line["sub_total"].as_f64().unwrap() < 0.0);
        let related = &line["bandcamp_related_transaction_id"];
        assert!(lines.iter().any(|line| &line["bandcamp_transaction_id"] == related));
    }

    #[tokio::test]
    async fn csv_in_the_first_versions_only() {
        let call = json!({ "band_id": label(), "start_time": "2018-01-01", "format": "csv" });
        let answer = report(1, &call).await;
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
        assert!(answer.text.starts_with("bandcamp_transaction_id,date,paid_to,"));
        assert!(answer.text.lines().count() > 20);
        assert_eq!(report(4, &call).await.json()["error"], true);
    }

    #[tokio::test]
    async fn a_wrong_call_is_told_with_status_200() {
        let label = label();
        for (call, message) in [
            (json!({}), "band_id is required"),
            (json!({ "band_id": "x", "start_time": "2018-01-01" }), "band_id must be a whole number"),
            (json!({ "band_id": 1, "start_time": "2018-01-01" }), "no access to band 1"),
            (
                json!({ "band_id": label, "member_band_id": 1, "start_time": "2018-01-01" }),
                "no member band 1",
            ),
            (json!({ "band_id": label }), "start_time is required"),
            (
                json!({ "band_id": label, "start_time": "2018-02-30" }),
                "start_time must be a time such as \"2016-01-31 23:59:59\"",
            ),
            (json!({ "band_id": label, "start_time": "2018-01-01", "format": 1 }), "format must be a string"),
        ] {
            for version in [1, 2, 4] {
                let answer = report(version, &call).await;
                assert_eq!(answer.status, 200, "{call}");
                assert_eq!(answer.json(), json!({ "error": true, "error_message": message }), "{call}");
            }
        }
    }
}
