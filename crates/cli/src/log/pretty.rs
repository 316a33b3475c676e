//! Lines for people: as `tracing` has them, and the request's name at the end.

use std::fmt;

use stagedoor_server::request::current_id;
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::{DefaultFields, Writer};

#[derive(Default)]
pub(super) struct Fields(DefaultFields);

impl<'writer> FormatFields<'writer> for Fields {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'writer>, fields: R) -> fmt::Result {
        self.0.format_fields(writer.by_ref(), fields)?;
        match current_id() {
            Some(id) => write!(writer, " request_id={id}"),
            None => Ok(()),
        }
    }
}
