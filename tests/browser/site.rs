//! A site of another origin that embeds the chat by its one line, under the strictest policy.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse as _;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Which scripts a site's policy lets run. All else is forbidden in either case.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Policy {
    /// Those that come from the gateway.
    Sources,
    /// Those that bear the page's nonce, and what they load.
    Nonce,
}

/// The chat that a site embeds.
#[derive(Clone, Debug)]
struct Embedded {
    gateway: String,
    attributes: String,
    policy: Policy,
}

/// A running site.
pub(crate) struct Site {
    port: u16,
    embedded: Arc<OnceLock<Embedded>>,
    serving: JoinHandle<()>,
}

impl Site {
    /// A site that has an address and so far no page.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("the address of a bound listener").port();
        let embedded = Arc::new(OnceLock::<Embedded>::new());
        let page = {
            let embedded = Arc::clone(&embedded);
            get(async move || {
                page(&embedded.get().cloned().expect("an embedded chat")).into_response()
            })
        };
        let routes = Router::new().route("/", page);
        let serving = tokio::spawn(async move {
            axum::serve(listener, routes).await.expect("the site is served");
        });
        Self { port, embedded, serving }
    }

    /// Its origin, as `allowedOrigins` takes it.
    pub(crate) fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Embeds the chat of the gateway at this address, with these attributes, under this policy.
    pub(crate) fn embed(&self, gateway: &str, attributes: &str, policy: Policy) -> String {
        let (gateway, attributes) =
            (gateway.trim_end_matches('/').to_owned(), attributes.to_owned());
        let embedded = Embedded { gateway, attributes, policy };
        self.embedded.set(embedded).expect("a site embeds one chat");
        format!("{}/", self.origin())
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The page, with the policy that the documentation promises to be enough.
fn page(embedded: &Embedded) -> impl axum::response::IntoResponse {
    let Embedded { gateway, attributes, policy } = embedded;
    let (scripts, nonce) = match policy {
        Policy::Sources => (gateway.as_str(), ""),
        Policy::Nonce => ("'nonce-c2FtZQ' 'strict-dynamic'", "nonce=\"c2FtZQ\""),
    };
    let policy = format!(
        "default-src 'none'; script-src {scripts}; connect-src {gateway}; \
         require-trusted-types-for 'script'; trusted-types 'none'"
    );
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><title>A site</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"></head>\
         <body><main><h1>A site</h1></main>\
         <script async src=\"{gateway}/webchat/widget.js\" {nonce} {attributes}></script></body></html>"
    );
    (
        [(CONTENT_TYPE, "text/html; charset=utf-8".to_owned()), (CONTENT_SECURITY_POLICY, policy)],
        html,
    )
}
