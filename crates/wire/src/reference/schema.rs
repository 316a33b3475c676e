//! What a JSON schema says about one field, in words for a table.

use serde_json::Value;

/// The schema; types stand under `$defs` and are referred to.
pub struct Schema(Value);

/// A field of a table.
pub struct Field<'a> {
    /// As it is written.
    pub name: String,
    /// Whether it cannot be left out.
    pub required: bool,
    schema: &'a Schema,
    field: &'a Value,
    /// The type, behind references, options and lists.
    of: &'a Value,
}

impl Schema {
    /// A schema as JSON.
    pub fn new(schema: Value) -> Self {
        Self(schema)
    }

    /// The fields of the file itself.
    pub fn root(&self) -> Vec<Field<'_>> {
        self.fields_of(&self.0)
    }

    fn fields_of<'a>(&'a self, table: &'a Value) -> Vec<Field<'a>> {
        let is_required =
            |name: &str| table["required"].as_array().is_some_and(|names| names.iter().any(|n| n == name));
        let field = |(name, field): (&String, &'a Value)| Field {
            name: name.clone(),
            required: is_required(name),
            schema: self,
            field,
            of: self.meant(field),
        };
        table["properties"].as_object().map_or(Vec::new(), |fields| fields.iter().map(field).collect())
    }

    fn meant<'a>(&'a self, field: &'a Value) -> &'a Value {
        let reference =
            ["/$ref", "/anyOf/0/$ref", "/items/$ref"].iter().find_map(|place| field.pointer(place));
        let Some(reference) = reference.and_then(Value::as_str) else {
            return if field["type"] == "array" { &field["items"] } else { field };
        };
        self.0.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null)
    }
}

impl<'a> Field<'a> {
    /// Whether its value is a table of fields.
    pub fn is_table(&self) -> bool {
        self.of.get("properties").is_some() && !self.is_list()
    }

    /// Whether its table is written in one line: it is when nothing can be left out.
    pub fn is_short(&self) -> bool {
        self.fields().iter().all(|field| field.required)
    }

    /// The fields of its table.
    pub fn fields(&self) -> Vec<Field<'a>> {
        self.schema.fields_of(self.of)
    }

    /// The text that stands for it when it is left out.
    pub fn default(&self) -> Option<&'a str> {
        self.field["default"].as_str()
    }

    /// The value that stands for it when it is left out, as it is written.
    pub fn default_value(&self) -> Option<String> {
        let value = &self.field["default"];
        (!value.is_null() && !value.is_object()).then(|| value.to_string())
    }

    /// Its doc comment, or its type's where that goes on where the field's ends.
    pub fn says(&self) -> String {
        let (own, of) = (words(self.field), words(self.of));
        if of.starts_with(own.trim_end_matches('.')) { of } else { own }
    }

    /// The values it takes and what each means.
    pub fn takes(&self) -> String {
        let one = match self.of["oneOf"].as_array() {
            Some(variants) => variants.iter().map(variant).collect::<Vec<_>>().join("<br>"),
            None if self.of.get("properties").is_some() => self.takes_table(),
            None => kind(self.of).to_owned(),
        };
        if self.is_list() { format!("list of<br>{one}") } else { one }
    }

    fn takes_table(&self) -> String {
        let fields = self.fields();
        let names: Vec<_> = fields.iter().map(|field| format!("{} = …", field.name)).collect();
        let each =
            fields.iter().map(|field| format!("<br>`{}`, {}: {}", field.name, kind(field.of), field.says()));
        format!("`{{ {} }}`{}", names.join(", "), each.collect::<String>())
    }

    /// Whether it takes several values.
    pub fn is_list(&self) -> bool {
        self.field["type"] == "array"
    }
}

/// One value of an enum; a value that carries a number is a table with one field.
fn variant(variant: &Value) -> String {
    let name = match variant["properties"].as_object().and_then(|fields| fields.keys().next()) {
        Some(name) => format!("{{ {name} = … }}"),
        None => variant["const"].to_string(),
    };
    format!("`{name}`: {}", words(variant))
}

fn kind(of: &Value) -> &'static str {
    let name = of["type"].as_str().or_else(|| of["type"][0].as_str());
    match name {
        Some("string") => "text",
        Some("boolean") => "`true` or `false`",
        Some("integer") => "whole number",
        Some("number") => "number",
        _ => panic!("no words for {of}"),
    }
}

/// The doc comment on one line.
fn words(of: &Value) -> String {
    of["description"].as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}
