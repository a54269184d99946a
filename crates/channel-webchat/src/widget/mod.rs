//! The widget's files, as they are served: all of them are part of the binary.

mod content;
mod served;
mod sources;

pub(crate) use content::Content;
pub(crate) use served::widget;
