//! A picture that a customer sent, as far as models can look at it.

use std::fmt;

use bytes::Bytes;

/// A picture of a kind that vision models read: JPEG, PNG, GIF or WebP. What it is was found in
/// its first bytes, since vendors refuse a request whose picture isn't what it is said to be, and
/// customers' files often aren't.
#[derive(Clone, PartialEq, Eq)]
pub struct Image {
    kind: Kind,
    content: Bytes,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Jpeg,
    Png,
    Gif,
    WebP,
}

impl Image {
    /// The picture with this content, unless it is of no kind that models read. Nothing is copied.
    #[must_use]
    pub fn recognise(content: impl Into<Bytes>) -> Option<Self> {
        let content = content.into();
        let kind = match &*content {
            [0xff, 0xd8, 0xff, ..] => Kind::Jpeg,
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Kind::Png,
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Kind::Gif,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Kind::WebP,
            _ => return None,
        };
        Some(Self { kind, content })
    }

    /// Whether an attachment that is said to be of this media type may hold such a picture, so
    /// that fetching it is worth the while. Case and parameters don't matter.
    #[must_use]
    pub fn may_be(media_type: &str) -> bool {
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        ["image/jpeg", "image/jpg", "image/png", "image/gif", "image/webp"]
            .iter()
            .any(|known| essence.eq_ignore_ascii_case(known))
    }

    /// Its media type, as vendors spell it.
    #[must_use]
    pub fn media_type(&self) -> &'static str {
        match self.kind {
            Kind::Jpeg => "image/jpeg",
            Kind::Png => "image/png",
            Kind::Gif => "image/gif",
            Kind::WebP => "image/webp",
        }
    }

    /// The file itself.
    #[must_use]
    pub fn content(&self) -> &Bytes {
        &self.content
    }
}

/// Tells what it is, and never shows it.
impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Image({}, {} bytes)", self.media_type(), self.content.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_what_its_first_bytes_say() {
        for (content, expected) in [
            (&b"\xff\xd8\xff\xe0..JFIF"[..], Some("image/jpeg")),
            (b"\x89PNG\r\n\x1a\n...", Some("image/png")),
            (b"GIF87a..", Some("image/gif")),
            (b"GIF89a..", Some("image/gif")),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some("image/webp")),
            (b"RIFF\x10\0\0\0WAVEfmt ", None),
            (b"GIF88a..", None),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", None),
            (b"%PDF-1.7", None),
            (b"\xff\xd8", None),
            (b"", None),
        ] {
            let image = Image::recognise(content);
            assert_eq!(image.as_ref().map(Image::media_type), expected, "{content:?}");
            assert!(image.is_none_or(|image| *image.content() == content));
        }
    }

    #[test]
    fn only_types_that_models_read_are_worth_fetching() {
        for worth in ["image/jpeg", "IMAGE/PNG", "image/webp; q=1", " image/jpg ", "image/gif"] {
            assert!(Image::may_be(worth), "{worth}");
        }
        for vain in ["", "image", "image/svg+xml", "image/heic", "video/mp4", "image/png2"] {
            assert!(!Image::may_be(vain), "{vain}");
        }
    }

    #[test]
    fn a_picture_is_never_shown_in_a_log() {
        let image = Image::recognise(&b"GIF89a-private"[..]).unwrap();
        assert_eq!(format!("{image:?}"), "Image(image/gif, 14 bytes)");
    }
}
