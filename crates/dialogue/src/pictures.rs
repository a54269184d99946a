//! Fetching the pictures that came with the messages of a turn, for models that can see.
//!
//! They are looked at where that can be done: what is too large, too many, too slow or no picture
//! stays described by its kind and name.

use std::sync::Arc;
use std::time::Duration;

use conversation::ports::{Media, Waiting};
use conversation::{Attachment, Image};
use futures::future::join_all;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How many pictures of a turn are looked at: the newest ones.
const MOST: usize = 4;

/// The largest picture, in bytes. Vendors take no larger ones.
const LARGEST: u32 = 5 * 1024 * 1024;

/// How long fetching may take, all pictures together.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many bytes of pictures a pool holds at a time, in all its turns. A turn that finds no room
/// within its patience does without.
const TOGETHER: usize = 128 * 1024 * 1024;

/// The room for pictures in one pool, in bytes.
pub(crate) struct Room(Arc<Semaphore>);

/// A picture, and the room that it takes up until it is dropped.
pub(crate) struct Held {
    pub(crate) image: Image,
    _room: OwnedSemaphorePermit,
}

/// What became of the pictures of a turn.
#[derive(Default)]
pub(crate) struct Fetched {
    /// Those that can be looked at, in the order of the messages.
    pub(crate) pictures: Vec<Held>,
    /// How many there were beside them.
    pub(crate) left_out: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(TOGETHER)))
    }
}

impl Room {
    /// Fetches what can be had of the newest pictures among `messages`.
    pub(crate) async fn fetch(&self, media: &dyn Media, messages: &[Waiting]) -> Fetched {
        let newest_first = messages.iter().rev().flat_map(|it| it.message.attachments.iter().rev());
        let pictures = newest_first.filter(|attachment| Image::may_be(&attachment.media_type));
        let pictures: Vec<&Attachment> = pictures.collect();
        let fetching = pictures.iter().take(MOST).rev().map(|picture| {
            let fetching = timeout(PATIENCE, self.fetch_one(media, picture));
            async { fetching.await.unwrap_or(None) }
        });
        let held: Vec<Held> = join_all(fetching).await.into_iter().flatten().collect();
        Fetched { left_out: pictures.len() - held.len(), pictures: held }
    }

    async fn fetch_one(&self, media: &dyn Media, picture: &Attachment) -> Option<Held> {
        let limit = match picture.bytes {
            Some(bytes) => u32::try_from(bytes).ok().filter(|bytes| *bytes <= LARGEST)?.max(1),
            None => LARGEST,
        };
        let mut room = Arc::clone(&self.0).acquire_many_owned(limit).await.ok()?;
        let content = media.fetch(picture, u64::from(limit)).await?.bytes;
        let spare = usize::try_from(limit).ok()?.checked_sub(content.len())?;
        drop(room.split(spare));
        Some(Held { image: Image::recognise(content)?, _room: room })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use conversation::ports::Content;
    use conversation::{Digest, KeyDigest, Message, MessageId, Timestamp};
    use tokio::time::{Instant, sleep};

    use super::*;

    /// Answers by the handle: `slow`, `gone`, `text`, `large`, or a picture.
    #[derive(Default)]
    struct Album(Mutex<Vec<(String, u64)>>);

    #[async_trait]
    impl Media for Album {
        async fn fetch(&self, attachment: &Attachment, limit: u64) -> Option<Content> {
            self.0.lock().unwrap().push((attachment.handle.clone(), limit));
            let bytes = match attachment.handle.as_str() {
                "slow" => std::future::pending().await,
                "gone" => return None,
                "text" => b"<html>".to_vec(),
                "large" => [b"GIF89a".as_slice(), &vec![0; LARGEST as usize]].concat(),
                handle => {
                    sleep(Duration::from_secs(3)).await;
                    [b"GIF89a", handle.as_bytes()].concat()
                }
            };
            Some(Content { media_type: "image/gif".to_owned(), bytes })
        }
    }

    fn with(attachments: &[(&str, &str, Option<u64>)]) -> Waiting {
        let id =
            MessageId { conversation: Digest([0; 16]), key: KeyDigest([0; 12]), token: [0; 8] };
        let mut message = Message::text("look", Timestamp(0));
        let attachment = |&(handle, media_type, bytes): &(&str, &str, Option<u64>)| Attachment {
            media_type: media_type.to_owned(),
            name: None,
            handle: handle.to_owned(),
            bytes,
        };
        message.attachments = attachments.iter().map(attachment).collect();
        Waiting { id, key: "k".into(), message, request: None }
    }

    fn seen(fetched: &Fetched) -> Vec<String> {
        let tail = |held: &Held| String::from_utf8(held.image.content()[6..].to_vec()).unwrap();
        fetched.pictures.iter().map(tail).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn the_newest_pictures_are_fetched_at_the_same_time_and_stay_in_order() {
        let (room, album) = (Room::default(), Album::default());
        let messages = [
            with(&[("1", "image/png", None), ("2", "image/jpeg", None)]),
            with(&[("voice", "audio/ogg", None), ("3", "image/webp", None)]),
            with(&[("4", "image/gif", Some(7)), ("5", "image/gif", None)]),
        ];
        let began = Instant::now();
        let fetched = room.fetch(&album, &messages).await;
        assert_eq!(began.elapsed(), Duration::from_secs(3));
        assert_eq!(seen(&fetched), ["2", "3", "4", "5"]);
        assert_eq!(fetched.left_out, 1);
        let asked = album.0.lock().unwrap().clone();
        assert_eq!(asked[2], ("4".to_owned(), 7));
        assert_eq!(asked[3], ("5".to_owned(), u64::from(LARGEST)));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_slow_gone_too_large_or_no_picture_is_done_without() {
        let (room, album) = (Room::default(), Album::default());
        let huge = Some(u64::from(LARGEST) + 1);
        for (handle, bytes) in
            [("slow", None), ("gone", None), ("text", None), ("large", None), ("huge", huge)]
        {
            let messages = [with(&[(handle, "image/gif", bytes), ("fine", "image/gif", None)])];
            let began = Instant::now();
            let fetched = room.fetch(&album, &messages).await;
            assert_eq!(seen(&fetched), ["fine"], "{handle}");
            assert_eq!(fetched.left_out, 1, "{handle}");
            assert!(began.elapsed() <= PATIENCE, "{handle}");
        }
        assert!(album.0.lock().unwrap().iter().all(|(handle, _)| handle != "huge"));
        assert_eq!(room.0.available_permits(), TOGETHER, "and all room is free again");
    }

    #[tokio::test(start_paused = true)]
    async fn a_picture_takes_up_as_much_room_as_it_is_large_until_it_is_dropped() {
        let (room, album) = (Room::default(), Album::default());
        let fetched = room.fetch(&album, &[with(&[("picture", "image/gif", None)])]).await;
        assert_eq!(room.0.available_permits(), TOGETHER - "GIF89apicture".len());
        let all = room.0.available_permits();
        let _rest = Arc::clone(&room.0).acquire_many_owned(u32::try_from(all).unwrap()).await;
        let none = room.fetch(&album, &[with(&[("other", "image/gif", None)])]).await;
        assert!(none.pictures.is_empty(), "no room came free in time");
        drop(fetched);
        assert_eq!(room.0.available_permits(), "GIF89apicture".len());
    }
}
