//! What is measured, one file each.

mod app_usage;
mod broker;
pub(crate) mod client;
mod growth;
mod in_process;
mod over_http;
mod process;
mod refresh;

pub(crate) use app_usage::app_usage;
pub(crate) use broker::broker;
pub(crate) use growth::growth;
pub(crate) use in_process::in_process;
pub(crate) use over_http::over_http;
pub(crate) use process::process;
pub(crate) use refresh::refresh;
