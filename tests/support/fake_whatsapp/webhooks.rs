//! The webhooks that WhatsApp posts, and how it signs them.

use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Account, Delivered, FakeWhatsApp};
use crate::http::{Answer, send};

impl FakeWhatsApp {
    /// Posts a webhook with this body, signed with the app secret, to the gateway at this port.
    ///
    /// # Errors
    /// What the connection says.
    pub async fn post_webhook(&self, port: u16, body: &Value) -> std::io::Result<Answer> {
        let body = body.to_string();
        let signature = sign(body.as_bytes(), &self.account().app_secret);
        let headers = [("content-type", "application/json"), ("x-hub-signature-256", &*signature)];
        send(port, "POST", "/webhooks/whatsapp", &headers, &body).await
    }

    /// Posts what a customer wrote.
    ///
    /// # Errors
    /// What the connection says.
    pub async fn customer_writes(
        &self,
        port: u16,
        number: &str,
        id: &str,
        text: &str,
    ) -> std::io::Result<Answer> {
        self.post_webhook(port, &text_webhook(self.account(), number, id, text)).await
    }

    /// Posts what became of a message that it took.
    ///
    /// # Errors
    /// What the connection says.
    pub async fn reports(
        &self,
        port: u16,
        message: &Delivered,
        status: &str,
        error: Option<i64>,
    ) -> std::io::Result<Answer> {
        self.post_webhook(port, &status_webhook(self.account(), message, status, error)).await
    }
}

/// The header that signs a body.
///
/// # Panics
/// Never: a key of any length is taken.
#[must_use]
pub fn sign(body: &[u8], app_secret: &str) -> String {
    let mut hmac = Hmac::<Sha256>::new_from_slice(app_secret.as_bytes()).expect("any key");
    hmac.update(body);
    let digits: String = hmac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect();
    format!("sha256={digits}")
}

/// A customer wrote.
#[must_use]
pub fn text_webhook(account: &Account, number: &str, id: &str, text: &str) -> Value {
    around(
        account,
        json!({
            "contacts": [{"profile": {"name": "A Customer"}, "wa_id": number}],
            "messages": [{
                "from": number, "id": id, "timestamp": "1697043223",
                "type": "text", "text": {"body": text},
            }],
        }),
    )
}

/// Something became of a message that was sent to a customer.
#[must_use]
pub fn status_webhook(
    account: &Account,
    message: &Delivered,
    status: &str,
    error: Option<i64>,
) -> Value {
    let mut element = json!({
        "id": message.receipt, "status": status, "timestamp": "1698266945",
        "recipient_id": message.to.trim_start_matches('+'),
    });
    if let Some(data) = &message.data {
        element["biz_opaque_callback_data"] = json!(data);
    }
    if let Some(code) = error {
        element["errors"] = json!([{"code": code, "title": "Message failed", "message": "Message failed",
            "error_data": {"details": "The message could not be delivered."}}]);
    }
    around(account, json!({"statuses": [element]}))
}

fn around(account: &Account, mut value: Value) -> Value {
    value["messaging_product"] = json!("whatsapp");
    value["metadata"] =
        json!({"display_phone_number": "15550783881", "phone_number_id": account.phone_number_id});
    json!({
        "object": "whatsapp_business_account",
        "entry": [{"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}],
    })
}
