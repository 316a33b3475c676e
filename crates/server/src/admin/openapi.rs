//! The document of the API over the network (OpenAPI 3.1), made from the list of routes and the types they read and write.

use std::sync::LazyLock;

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::answer;
use super::problem::{self, Details};
use super::route::{ROUTES, Route};

static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());

pub(super) fn respond() -> Response {
    answer::respond(StatusCode::OK, "application/json", Body::from(DOCUMENT.as_str()))
}

/// The schemas of what is read and of what is written.
struct Schemas {
    read: SchemaGenerator,
    written: SchemaGenerator,
}

pub(super) fn document() -> Value {
    let settings = || {
        SchemaSettings::draft2020_12()
            .with(|settings| settings.definitions_path = "/components/schemas".into())
    };
    let mut schemas = Schemas {
        read: settings().for_deserialize().into_generator(),
        written: settings().for_serialize().into_generator(),
    };
    let mut paths = Map::new();
    for route in ROUTES.iter().filter(|route| route.needs.scope().is_some()) {
        let path = paths.entry(format!("{}{}", super::BASE, route.path)).or_insert_with(|| json!({}));
        path[route.method.to_ascii_lowercase()] = operation(route, &mut schemas);
    }
    let problem = Details::json_schema(&mut schemas.written);
    let mut components = schemas.written.take_definitions(true);
    components.extend(schemas.read.take_definitions(true));
    components.insert("Problem".to_owned(), problem.to_value());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Stagedoor administration",
            "version": "1",
            "description": "Accounts, teams, apps, secrets, legacy keys, grants and the audit log.",
        },
        "security": [{ "credential": [] }],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": { "credential": {
                "type": "http",
                "scheme": "bearer",
                "description": "Made by `stagedoor admin credential create`, for `read`, `write` or both.",
            } },
        },
    })
}

fn operation(route: &Route, schemas: &mut Schemas) -> Value {
    let scope = route.needs.scope().map_or("", |scope| scope.as_str());
    let mut operation = json!({
        "operationId": route.id.replace("::", "."),
        "tags": [route.path.split('/').next()],
        "summary": route.about,
        "description": format!("Needs the scope `{scope}`."),
        "security": [{ "credential": [scope] }],
        "parameters": parameters(route),
        "responses": responses(route, schemas),
    });
    if let Some(takes) = route.takes {
        operation["requestBody"] = json!({
            // Nothing to change is as good as a change of nothing.
            "required": route.method != "PATCH",
            "content": { "application/json": { "schema": takes(&mut schemas.read) } },
        });
    }
    operation
}

fn parameters(route: &Route) -> Vec<Value> {
    let text = || json!({ "type": "string" });
    let named = route.parameters().map(|name| {
        json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 } })
    });
    let asked = route.query.iter().map(|(name, says)| {
        let schema = if *name == "limit" {
            json!({ "type": "integer", "minimum": 1, "maximum": 1000 })
        } else {
            text()
        };
        // What a DELETE asks says what is to go.
        let required = route.method == "DELETE";
        json!({ "name": name, "in": "query", "required": required, "description": says, "schema": schema })
    });
    let mut all: Vec<Value> = named.chain(asked).collect();
    if route.method == "POST" {
        all.push(json!({
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "description": "A call that comes again with the same key within 24 hours is done once, and answered as it was then: \
                            with the header `Idempotency-Replayed: true`, and without what is shown once.",
            "schema": { "type": "string", "pattern": "^\"?[!#-\\[\\]-~]{1,255}\"?$" },
        }));
    }
    all
}

/// Each status an answer can have.
fn responses(route: &Route, schemas: &mut Schemas) -> Value {
    let mut responses = json!({ route.status.as_str(): done(route, schemas) });
    let mut refused = vec![
        (400, "What was sent is not as it has to be."),
        (401, "There is no credential, or it is none."),
        (403, "The credential is not for this."),
        (404, "Something that is named does not exist."),
        (409, "It stands in the way of how things are, or something was changed at the same moment."),
        (429, "Too many calls without a good credential came from this address."),
        (503, "The server cannot answer now."),
    ];
    if route.method == "POST" {
        refused.push((422, "Another request came with this `Idempotency-Key`."));
    }
    for (status, says) in refused {
        let schema = json!({ "$ref": "#/components/schemas/Problem" });
        responses[status.to_string()] =
            json!({ "description": says, "content": { problem::MEDIA_TYPE: { "schema": schema } } });
    }
    responses
}

fn done(route: &Route, schemas: &mut Schemas) -> Value {
    let Some(gives) = route.gives else { return json!({ "description": "Done." }) };
    let schema = gives(&mut schemas.written);
    json!({ "description": "Done.", "content": { "application/json": { "schema": schema } } })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is referred to is there.
    #[test]
    fn no_reference_leads_nowhere() {
        let document = document();
        let text = document.to_string();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let mut count = 0;
        for behind in text.split("\"#/components/schemas/").skip(1) {
            let name = behind.split('"').next().unwrap();
            assert!(schemas.contains_key(name), "{name}");
            count += 1;
        }
        assert!(count > 100, "{count}");
        assert!(!text.contains("$schema") && !text.contains("$defs"));
    }

    /// Two types that have one name would be one schema.
    #[test]
    fn no_two_types_share_a_name() {
        let document = document();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let numbered: Vec<_> = schemas.keys().filter(|name| name.ends_with(char::is_numeric)).collect();
        assert!(numbered.is_empty(), "{numbered:?}");
    }
}
