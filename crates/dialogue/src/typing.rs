//! Showing a customer that an answer is being made, for as long as it is.

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::time::Duration;

use conversation::ConversationId;
use conversation::ports::{Channel, Waiting};
use tokio::time::sleep;

/// How often the customer is shown that an answer is being made.
const TYPING_EVERY: Duration = Duration::from_secs(4);

/// Does the `work`, and shows meanwhile that an answer to `newest` is being made.
pub(crate) async fn while_typing<T>(
    channel: &dyn Channel,
    conversation: &ConversationId,
    newest: &Waiting,
    work: impl Future<Output = T>,
) -> T {
    let typing = pin!(async {
        loop {
            channel.typing(conversation, newest).await;
            sleep(TYPING_EVERY).await;
        }
    });
    let typing: Pin<&mut (dyn Future<Output = Infallible> + Send)> = typing;
    tokio::select! {
        biased;
        never = typing => match never {},
        done = work => done,
    }
}
