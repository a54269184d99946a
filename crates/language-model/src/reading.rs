//! A response as a stream of deltas.

use std::sync::Arc;
use std::time::Duration;

use conversation::ports::{Delta, DeltaStream, ModelError};
use futures::{StreamExt, stream};
use reqwest::Response;

use crate::http;
use crate::wire::{Decoder, Progress, Reader};

/// How long the end of the body is waited for once the answer is complete. Only a body that was
/// read to its end leaves the connection fit for the next request.
const PARTING: Duration = Duration::from_millis(20);

/// A response that is being read. Dropping it ends the request.
struct Reading {
    response: Response,
    decoder: Decoder,
    name: Arc<str>,
    stage: Stage,
}

#[derive(Clone, Copy)]
enum Stage {
    /// The answer comes in.
    Open,
    /// Its end mark was read.
    Complete,
    /// The body has ended, and with it the answer.
    Ended,
    /// Everything was handed on.
    Over,
}

/// The answer in `response` as `reader` understands it, given by the model `name`.
pub(crate) fn deltas(response: Response, reader: Box<dyn Reader>, name: Arc<str>) -> DeltaStream {
    let reading = Reading { response, decoder: Decoder::new(reader), name, stage: Stage::Open };
    let steps = stream::unfold(reading, |mut reading| async {
        let step = reading.next().await?;
        Some((step, reading))
    });
    Box::pin(steps.fuse())
}

impl Reading {
    async fn next(&mut self) -> Option<Result<Delta, ModelError>> {
        loop {
            match self.stage {
                Stage::Open => match self.read().await {
                    Ok(None) => {}
                    Ok(Some(text)) => return Some(Ok(Delta::Text(text))),
                    // Words that came with the error are void anyway.
                    Err(error) => {
                        self.stage = Stage::Over;
                        return Some(Err(error));
                    }
                },
                Stage::Complete => {
                    self.part().await;
                    self.stage = Stage::Ended;
                }
                Stage::Ended => {
                    self.stage = Stage::Over;
                    return Some(Ok(Delta::Done { model: self.name.as_ref().to_owned() }));
                }
                Stage::Over => return None,
            }
        }
    }

    async fn read(&mut self) -> Result<Option<String>, ModelError> {
        match self.response.chunk().await.map_err(|error| http::broken_off(&error))? {
            Some(bytes) => {
                if self.decoder.feed(&bytes)? == Progress::Done {
                    self.stage = Stage::Complete;
                }
            }
            None => {
                self.decoder.end()?;
                self.stage = Stage::Ended;
            }
        }
        Ok(self.decoder.take_text())
    }

    async fn part(&mut self) {
        let ending = async { while let Ok(Some(_)) = self.response.chunk().await {} };
        let _ = tokio::time::timeout(PARTING, ending).await;
    }
}
