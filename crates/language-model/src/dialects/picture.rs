//! Pictures in JSON: base64 that is written straight into the request.

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use conversation::Image;
use serde::ser::{Serialize, Serializer};

/// A picture's content as base64.
pub(super) struct Base64<'a>(pub(super) &'a Image);

impl Serialize for Base64<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Base64Display::new(self.0.content(), &STANDARD))
    }
}

/// A picture as a `data:` URL.
pub(super) struct DataUrl<'a>(pub(super) &'a Image);

impl Serialize for DataUrl<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let content = Base64Display::new(self.0.content(), &STANDARD);
        serializer.collect_str(&format_args!("data:{};base64,{content}", self.0.media_type()))
    }
}

/// How long a picture is as base64.
pub(super) fn base64_length(image: &Image) -> usize {
    image.content().len().div_ceil(3) * 4
}
