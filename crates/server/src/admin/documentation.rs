//! The page that says what the API is like: the document, for people. It has no script and names no other host.

use std::sync::LazyLock;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

use super::openapi;
use crate::browser::{page as respond, stylesheet};
use crate::pages::filters;

static HTML: LazyLock<String> = LazyLock::new(|| render(&openapi::document()));

pub(super) fn page() -> Response {
    respond(StatusCode::OK, HTML.clone(), None)
}

#[derive(Template)]
#[template(path = "dashboard/admin_api.html")]
struct Page {
    stylesheet: &'static str,
    title: String,
    description: String,
    /// What any call may be refused with.
    refusals: Vec<Answer>,
    nouns: Vec<Noun>,
    schemas: Vec<Shape>,
}

/// The operations under one tag.
struct Noun {
    name: String,
    operations: Vec<Operation>,
}

struct Operation {
    id: String,
    method: String,
    path: String,
    summary: String,
    description: String,
    parameters: Vec<Row>,
    /// The schema of the body.
    takes: Option<Kind>,
    /// When it is done; what it is refused with stands before all of them.
    answers: Vec<Answer>,
}

struct Answer {
    status: String,
    says: String,
    kind: Option<Kind>,
}

/// An object's members.
struct Shape {
    name: String,
    says: String,
    members: Vec<Row>,
}

struct Row {
    name: String,
    /// Where it stands, or whether it has to.
    place: &'static str,
    kind: Kind,
    says: String,
}

/// A type in words, and the schema it leads to.
struct Kind {
    words: String,
    schema: Option<String>,
}

fn render(document: &Value) -> String {
    let (mut nouns, mut refusals) = (Vec::<Noun>::new(), Vec::<Answer>::new());
    for (path, methods) in members(&document["paths"]) {
        for (method, operation) in members(methods) {
            let name = text(&operation["tags"][0]);
            let mut operation = read(method, path, operation);
            for refusal in operation.answers.extract_if(.., |answer| !answer.status.starts_with('2')) {
                if refusals.iter().all(|own| own.status != refusal.status) {
                    refusals.push(refusal);
                }
            }
            match nouns.iter_mut().find(|noun| noun.name == name) {
                Some(noun) => noun.operations.push(operation),
                None => nouns.push(Noun { name, operations: vec![operation] }),
            }
        }
    }
    let schemas =
        members(&document["components"]["schemas"]).map(|(name, schema)| shape(name, schema)).collect();
    refusals.sort_by(|a, b| a.status.cmp(&b.status));
    let info = &document["info"];
    let page = Page {
        stylesheet: stylesheet(),
        title: text(&info["title"]),
        description: text(&info["description"]),
        refusals,
        nouns,
        schemas,
    };
    page.render().unwrap_or_default()
}

fn read(method: &str, path: &str, operation: &Value) -> Operation {
    let parameter = |parameter: &Value| Row {
        name: text(&parameter["name"]),
        place: match parameter["in"].as_str() {
            Some("path") => "in the path",
            Some("query") => "in the query",
            _ => "a header",
        },
        kind: kind(&parameter["schema"]),
        says: text(&parameter["description"]),
    };
    let answer = |(status, answer): (&String, &Value)| Answer {
        status: status.clone(),
        says: text(&answer["description"]),
        kind: content(answer),
    };
    let mut answers: Vec<Answer> = members(&operation["responses"]).map(answer).collect();
    answers.sort_by(|a, b| a.status.cmp(&b.status));
    Operation {
        id: text(&operation["operationId"]),
        method: method.to_ascii_uppercase(),
        path: path.to_owned(),
        summary: text(&operation["summary"]),
        description: text(&operation["description"]),
        parameters: operation["parameters"].as_array().into_iter().flatten().map(parameter).collect(),
        takes: content(&operation["requestBody"]),
        answers,
    }
}

/// The schema of the first media type.
fn content(of: &Value) -> Option<Kind> {
    members(&of["content"]).next().map(|(_, media_type)| kind(&media_type["schema"]))
}

fn shape(name: &str, schema: &Value) -> Shape {
    let required =
        |name: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|own| own == name));
    let member = |(name, schema): (&String, &Value)| Row {
        name: name.clone(),
        place: if required(name) { "always" } else { "may be left out" },
        kind: kind(schema),
        says: text(&schema["description"]),
    };
    let values =
        schema["enum"].as_array().map(|values| values.iter().map(text).collect::<Vec<_>>().join(", "));
    let says = [text(&schema["description"]), values.unwrap_or_default()];
    let says = says
        .iter()
        .filter(|text| !text.is_empty())
        .map(|text| text.trim_end_matches('.'))
        .collect::<Vec<_>>();
    Shape {
        name: name.to_owned(),
        says: says.join(": "),
        members: members(&schema["properties"]).map(member).collect(),
    }
}

fn kind(schema: &Value) -> Kind {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return Kind { words: name.to_owned(), schema: Some(name.to_owned()) };
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let kinds: Vec<Kind> = any.iter().map(kind).collect();
        let words = kinds.iter().map(|kind| kind.words.as_str()).collect::<Vec<_>>().join(" or ");
        return Kind { words, schema: kinds.into_iter().find_map(|kind| kind.schema) };
    }
    let words = match &schema["type"] {
        Value::Array(types) => types.iter().map(text).collect::<Vec<_>>().join(" or "),
        one => text(one),
    };
    if words == "array" {
        let item = kind(&schema["items"]);
        return Kind { words: format!("list of {}", item.words), schema: item.schema };
    }
    Kind { words, schema: None }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::route::ROUTES;
    use super::*;

    #[test]
    fn says_all_of_the_document() {
        let html = render(&openapi::document());
        for route in ROUTES.iter().filter(|route| route.needs.scope().is_some()) {
            assert!(html.contains(&format!("id=\"{}\"", route.id.replace("::", "."))), "{}", route.id);
        }
        for status in ["400", "401", "403", "404", "409", "422", "429", "503"] {
            assert_eq!(html.matches(&format!("<td>{status}</td>")).count(), 1, "{status} is said once");
        }
        assert!(html.contains("Needs the scope <code>read</code>.") && !html.contains('`'));
        for outside in ["http://", "https://", "//cdn", "<script", " style=", "onclick"] {
            assert!(!html.contains(outside), "{outside}");
        }
    }
}
