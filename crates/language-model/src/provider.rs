//! A provider's models over HTTP: sends the request, judges the status, and lets the answer
//! come in. What is sent and what comes back is the business of the provider's dialect.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use conversation::Prompt;
use conversation::ports::{DeltaStream, LanguageModel, ModelError};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, Method, Request, Response, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};

use crate::chain::{Breaker, BreakerOptions, Guard, Jitter, Limits, Link, Places};
use crate::complaint::Complaint;
use crate::dialects::{Anthropic, Dialect, Ollama, OpenAi, Sight};
use crate::instructions::Instructions;
use crate::reading;
use crate::retry_after::retry_after;
use crate::{Api, InvalidProvider, ProviderOptions, http};

/// How much of an error's body is read.
const LONGEST_COMPLAINT: usize = 16 << 10;
/// How long reading it may take: the status alone says enough.
const COMPLAINT_TIME: Duration = Duration::from_secs(2);

/// A server with models, ready to be asked.
pub struct Provider {
    id: String,
    upstream: Arc<Upstream>,
    places: Places,
    limits: Limits,
    seeing: BTreeSet<String>,
    breaker: BreakerOptions,
}

struct Upstream {
    client: Client,
    url: Url,
    dialect: Box<dyn Dialect>,
    key: Option<SecretString>,
    instructions: Instructions,
}

/// One model at a provider.
struct RemoteModel {
    name: Arc<str>,
    model: String,
    sight: Sight,
    upstream: Arc<Upstream>,
}

impl Provider {
    /// Makes a provider. No connection is made yet.
    ///
    /// # Errors
    /// [`InvalidProvider`] if the options make none.
    pub fn new(options: ProviderOptions) -> Result<Self, InvalidProvider> {
        let dialect = dialect(options.api, &options);
        let url = http::address(&options.base_url, dialect.path())?;
        let headers = headers(dialect.as_ref(), &options)?;
        let client = http::client(&url, headers, options.connect_timeout)?;
        let key = options.api_key;
        Ok(Self {
            id: options.id,
            upstream: Arc::new(Upstream {
                client,
                url,
                dialect,
                key,
                instructions: Instructions::default(),
            }),
            places: Places::new(options.max_concurrent),
            limits: options.limits,
            seeing: options.seeing,
            breaker: options.breaker,
        })
    }

    /// One of its models, bare: without limits and without a breaker.
    #[must_use]
    pub fn model(&self, model: &str) -> Arc<dyn LanguageModel> {
        let sight =
            if self.seeing.contains(model) { Sight::WithPictures } else { Sight::WordsOnly };
        Arc::new(RemoteModel {
            name: format!("{}/{model}", self.id).into(),
            model: model.to_owned(),
            sight,
            upstream: Arc::clone(&self.upstream),
        })
    }

    /// One of its models as a link of a chain, with the provider's limits. The places are
    /// shared by all the provider's models, the breaker is the model's own.
    #[must_use]
    pub fn link(&self, model: &str) -> Arc<Link> {
        let model = self.model(model);
        let breaker = Breaker::new(model.name(), self.breaker, Jitter::random());
        let guard = Guard { limits: self.limits, places: self.places.clone(), breaker };
        Arc::new(Link::guarded(model, guard))
    }
}

fn dialect(api: Api, options: &ProviderOptions) -> Box<dyn Dialect> {
    match api {
        Api::OpenAiCompletions => Box::new(OpenAi),
        Api::AnthropicMessages => Box::new(Anthropic { max_tokens: options.max_tokens }),
        Api::Ollama => Box::new(Ollama { keep_alive: options.keep_alive.clone() }),
    }
}

fn headers(dialect: &dyn Dialect, options: &ProviderOptions) -> Result<HeaderMap, InvalidProvider> {
    let mut headers = HeaderMap::from_iter(dialect.headers());
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(key) = &options.api_key {
        // Keys come from files and variables, which like to end with a line end.
        let (name, value) = dialect.key_header(key.expose_secret().trim());
        let mut value = HeaderValue::try_from(value).map_err(|_| InvalidProvider::ApiKey)?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

#[async_trait]
impl LanguageModel for RemoteModel {
    fn name(&self) -> &str {
        &self.name
    }

    fn sees(&self) -> bool {
        match self.sight {
            Sight::WithPictures => true,
            Sight::WordsOnly => false,
        }
    }

    /// A picture that the vendor can't read must not cost the customer the answer: then the model
    /// is asked once more, without the pictures.
    async fn answer(&self, prompt: Arc<Prompt>) -> Result<DeltaStream, ModelError> {
        if !self.sees() || prompt.utterances.iter().all(|said| said.images.is_empty()) {
            return self.ask(&prompt, Sight::WordsOnly).await.map_err(|refused| refused.error);
        }
        match self.ask(&prompt, Sight::WithPictures).await {
            Err(refused) if refused.may_be_for_the_pictures() => {
                let (model, error) = (&*self.name, refused.error);
                tracing::warn!(model, %error, "no answer to pictures; asking without them");
                self.ask(&prompt, Sight::WordsOnly).await.map_err(|refused| refused.error)
            }
            answered => answered.map_err(|refused| refused.error),
        }
    }
}

impl RemoteModel {
    async fn ask(&self, prompt: &Prompt, sight: Sight) -> Result<DeltaStream, NoAnswer> {
        let Upstream { client, url, dialect, key, instructions } = &*self.upstream;
        let spelled = instructions.spell(&prompt.system).and_then(|instructions| {
            dialect.request(&self.model, instructions.json(), prompt, sight)
        });
        let body = spelled.map_err(|error| {
            ModelError::Refused(format!("the prompt can't be written: {error}"))
        })?;
        let mut request = Request::new(Method::POST, url.clone());
        *request.body_mut() = Some(body.into());
        let response = client.execute(request).await.map_err(|error| http::unanswered(&error))?;
        let status = response.status();
        if !status.is_success() {
            let error = refusal(response, key.as_ref()).await;
            return Err(NoAnswer { status: Some(status), error });
        }
        Ok(reading::deltas(response, dialect.reader(), Arc::clone(&self.name)))
    }
}

/// Why there is no answer, and the status with which the vendor said so.
struct NoAnswer {
    status: Option<StatusCode>,
    error: ModelError,
}

impl From<ModelError> for NoAnswer {
    fn from(error: ModelError) -> Self {
        Self { status: None, error }
    }
}

impl NoAnswer {
    /// Whether the vendor may have found fault with a picture. Most refuse the request then, but
    /// Ollama calls it a failure of its own.
    fn may_be_for_the_pictures(&self) -> bool {
        match self.error {
            ModelError::Refused(_) => self.status.is_some(),
            ModelError::Overloaded { .. } => self.status == Some(StatusCode::INTERNAL_SERVER_ERROR),
            ModelError::Connection(_)
            | ModelError::Timeout(_)
            | ModelError::RateLimited { .. }
            | ModelError::Quota(_)
            | ModelError::Unauthorised(_)
            | ModelError::NoSuchModel(_)
            | ModelError::Unintelligible(_)
            | ModelError::Cut(_)
            | ModelError::Resting
            | ModelError::AllFailed(_) => false,
        }
    }
}

/// Reads why there is no answer, as far as it comes in time.
async fn refusal(mut response: Response, key: Option<&SecretString>) -> ModelError {
    let status = response.status().as_u16();
    let retry_after = retry_after(response.headers(), SystemTime::now());
    let mut body = Vec::new();
    let reading = async {
        while let Ok(Some(piece)) = response.chunk().await {
            let room = LONGEST_COMPLAINT - body.len();
            body.extend_from_slice(&piece[..piece.len().min(room)]);
            if body.len() == LONGEST_COMPLAINT {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(COMPLAINT_TIME, reading).await;
    if let Some(key) = key.map(|key| key.expose_secret().trim()).filter(|key| !key.is_empty()) {
        body = String::from_utf8_lossy(&body).replace(key, "[removed]").into_bytes();
    }
    Complaint::of_response(status, &body).into_error(retry_after)
}
