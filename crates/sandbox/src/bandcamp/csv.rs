//! Rows as comma-separated values (RFC 4180), the names of their members first.

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

pub(super) fn reply(names: &[&str], rows: &[Map<String, Value>]) -> Response {
    ([(CONTENT_TYPE, "text/csv; charset=utf-8")], render(names, rows)).into_response()
}

fn render(names: &[&str], rows: &[Map<String, Value>]) -> String {
    let mut lines = vec![names.join(",")];
    for row in rows {
        let fields: Vec<String> = names.iter().map(|name| field(row.get(*name))).collect();
        lines.push(fields.join(","));
    }
    lines.join("\r\n") + "\r\n"
}

fn field(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => return String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    if text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_quoted_where_they_must() {
        let row =
            json!({ "a": "plain", "b": "7\" single, \"limited\"", "c": null, "d": 1.5, "e": "two\nlines" });
        let rows = [row.as_object().unwrap().clone()];
        assert_eq!(
            render(&["a", "b", "c", "d", "e", "f"], &rows),
            "a,b,c,d,e,f\r\nplain,\"7\"\" single, \"\"limited\"\"\",,1.5,\"two\nlines\",\r\n"
        );
        assert_eq!(render(&["a"], &[]), "a\r\n");
    }
}
