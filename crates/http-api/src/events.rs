//! The answer to a message as server-sent events: what is said of it while it is made, and at
//! last the whole of it.
//!
//! A caller that goes away ends the telling only; the message is answered all the same.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::{Event as Line, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use conversation::MessageId;
use conversation::ports::Event;
use futures::Stream;
use futures::stream::unfold;
use serde::Serialize;
use tracing::{Instrument as _, Span};

use crate::answer::{Answered, Asked, Unanswered, erased};
use crate::api::Shared;
use crate::following::{Following, Settled, Step};
use crate::middleware::RequestId;
use crate::taking::Course;

/// Keeps nginx from collecting the events before it passes them on.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Of what message the events tell, and to which request.
pub(crate) struct Told {
    pub(crate) id: MessageId,
    pub(crate) asked: Asked,
    pub(crate) request_id: RequestId,
}

/// Tells of a message until it is settled.
pub(crate) fn events(
    shared: &Arc<Shared>,
    told: Told,
    course: Course,
    patience: Duration,
) -> Response {
    let next = match course {
        Course::Settled(settled) => Next::End(settled),
        Course::Open(watch, first) => {
            let shared = Arc::clone(shared);
            Next::Follow(Box::new(Following::new(shared, told.id, watch, patience, first)))
        }
    };
    let heartbeat = KeepAlive::new().interval(shared.limits.heartbeat).text("still at it");
    let telling = Telling { told, turn: Turn::NotOurs, next: Next::Accepted(Box::new(next)) };
    let mut response = Sse::new(lines(telling)).keep_alive(heartbeat).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    response
}

fn lines(telling: Telling) -> impl Stream<Item = Result<Line, Infallible>> {
    let span = Span::current();
    unfold(telling, move |mut telling| {
        let next = async move { telling.next().await.map(|line| (Ok(line), telling)) };
        next.instrument(span.clone())
    })
}

struct Telling {
    told: Told,
    turn: Turn,
    next: Next,
}

/// What is told next.
enum Next {
    /// That the message is taken.
    Accepted(Box<Next>),
    /// What happens to it.
    Follow(Box<Following>),
    /// How it ended.
    End(Settled),
    /// Nothing more.
    Nothing,
}

/// Whether the words that are being said answer our message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// They answer others, or nothing is being said.
    NotOurs,
    /// They do.
    Ours,
    /// They do, but some were lost, and the rest would make no sense.
    Broken,
}

impl Telling {
    async fn next(&mut self) -> Option<Line> {
        loop {
            match std::mem::replace(&mut self.next, Next::Nothing) {
                Next::Accepted(next) => {
                    self.next = *next;
                    return Some(self.accepted());
                }
                Next::Follow(mut following) => match following.step().await {
                    Step::Settled(settled) => self.next = Next::End(settled),
                    Step::Heard(event) => {
                        self.next = Next::Follow(following);
                        if let Some(line) = self.turn.line(&event, &self.told.id) {
                            return Some(line);
                        }
                    }
                },
                Next::End(settled) => return Some(self.end(settled)),
                Next::Nothing => return None,
            }
        }
    }

    fn accepted(&self) -> Line {
        let Unanswered { id, href, .. } = Unanswered::pending(&self.told.id);
        line("accepted", &serde_json::json!({ "id": id, "href": href }))
    }

    fn end(&self, settled: Settled) -> Line {
        let id = &self.told.id;
        match settled {
            Settled::Answered(reply) => {
                line("done", &Answered::new(id, Some(self.told.asked.clone()), reply))
            }
            Settled::Parked => line("parked", &Unanswered::parked(id)),
            Settled::Pending => line("pending", &Unanswered::pending(id)),
            Settled::LeftToPerson => line("taken_over", &Unanswered::taken_over(id)),
            Settled::Erased => {
                Line::default().event("error").data(erased().body(self.told.request_id.as_str()))
            }
        }
    }
}

impl Turn {
    /// What is told of an event, if anything, and what it means for those that follow.
    fn line(&mut self, event: &Event, id: &MessageId) -> Option<Line> {
        let was = *self;
        match event {
            Event::Started { messages } if messages.contains(id) => {
                *self = Self::Ours;
                Some(line("started", &Empty {}))
            }
            Event::Delta { text, at: _ } => {
                (was == Self::Ours).then(|| line("delta", &serde_json::json!({ "text": text })))
            }
            Event::Restarted if was != Self::NotOurs => {
                *self = Self::Ours;
                Some(line("restarted", &Empty {}))
            }
            Event::Postponed { .. } if was != Self::NotOurs => {
                *self = Self::NotOurs;
                Some(line("restarted", &Empty {}))
            }
            Event::Missed if was == Self::Ours => {
                *self = Self::Broken;
                None
            }
            Event::Started { .. } | Event::Committed { .. } | Event::Parked { .. } => {
                *self = Self::NotOurs;
                None
            }
            Event::Restarted
            | Event::Postponed { .. }
            | Event::Missed
            | Event::SoFar { .. }
            | Event::Added => None,
        }
    }
}

#[derive(Serialize)]
struct Empty {}

/// One event. What is written here always makes JSON; should it not, the event has no data.
fn line(name: &str, data: &impl Serialize) -> Line {
    Line::default().event(name).data(serde_json::to_string(data).unwrap_or_default())
}
