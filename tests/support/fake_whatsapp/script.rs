//! What becomes of a message, where it isn't simply taken.

use serde_json::json;

/// What becomes of one message.
#[derive(Clone, Debug)]
pub enum Script {
    /// It is taken, and its sender is told.
    Take,
    /// It is not taken, and this is the answer.
    Answer {
        /// The status.
        status: u16,
        /// Headers besides the usual ones.
        headers: Vec<(String, String)>,
        /// The body.
        body: String,
    },
    /// It is taken, and the connection is cut before the answer.
    TakeAndCut,
    /// It is taken, and the answer's body breaks off in the middle.
    TakeAndBreakOff,
    /// It is taken, and no answer ever comes.
    TakeAndHang,
    /// It is not taken, and the connection is cut.
    Cut,
}

impl Script {
    /// An error as the API words it.
    #[must_use]
    pub fn error(status: u16, code: i64) -> Self {
        let body = json!({"error": {
            "message": format!("(#{code}) said to +4915112345678"),
            "type": "OAuthException",
            "code": code,
            "error_data": {"messaging_product": "whatsapp", "details": "to +4915112345678"},
            "fbtrace_id": "Az8or2yhqkZfEZ-_4Qn_Bam",
        }});
        Self::Answer { status, headers: Vec::new(), body: body.to_string() }
    }

    /// An answer that is no error of the API's.
    #[must_use]
    pub fn answer(status: u16, body: &str) -> Self {
        Self::Answer { status, headers: Vec::new(), body: body.to_owned() }
    }

    /// The same with a header, if it is an answer.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}
