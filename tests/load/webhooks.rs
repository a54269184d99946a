//! How soon WhatsApp's webhooks are acknowledged: a steady flow of single messages, and the largest
//! body that there is. Acknowledged means stored in Redis, and synced to its file.

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};
use support::fake_whatsapp::{Account, FakeWhatsApp, sign};
use support::gateway_process::{GatewayOptions, GatewayProcess};
use support::http::send;
use support::redis_server::RedisServer;

use crate::client::{MakeRequest, Nth, Pace, run};
use crate::figures::{Length, Server, gateway_options, median};
use crate::table::Table;

/// Enough that none waits for a free one.
const CONNECTIONS: usize = 64;
const RATE: f64 = 200.0;
/// How many messages a customer sends before the next customer begins.
const CONVERSATION: u64 = 5;

/// The most that one body brings, and who they are of.
const UPDATES: usize = 1000;
const CUSTOMERS: usize = 500;
const BYTES: usize = 3_000_000;
const ROUNDS: usize = 5;

/// Both, each with a gateway of its own, since the replies to the first go on for a while: WhatsApp
/// takes eighty a second.
pub async fn acknowledgement(table: &mut Table, length: &Length) {
    for part in [Part::Steady, Part::Largest] {
        let redis = RedisServer::start();
        let model = Server::start(&["serve-model", "--delay-ms", "0"]);
        let whatsapp = FakeWhatsApp::start(Account::default());
        let gateway = GatewayProcess::start(&options(&model, &redis, &whatsapp));
        match part {
            Part::Steady => steady(table, length, gateway.port(), whatsapp.account()).await,
            Part::Largest => largest(table, gateway.port(), &whatsapp).await,
        }
        assert_eq!(whatsapp.violations(), [""; 0]);
    }
}

enum Part {
    Steady,
    Largest,
}

async fn steady(table: &mut Table, length: &Length, port: u16, account: &Account) {
    let pace = Pace::Open(RATE);
    run(port, CONNECTIONS, length.0 / 5, pace, request("warm", account)).await;
    let found = run(port, CONNECTIONS, length.0, pace, request("timed", account)).await;
    let milliseconds = |share| found.quantile(share).as_secs_f64() * 1000.0;
    let name =
        format!("webhooks of one message at {RATE}/s, Redis (always): acknowledged, p50 / p99");
    let figure = format!(
        "{:.0}/s, {:.1} ms / {:.1} ms, {} failed",
        found.rate(),
        milliseconds(0.5),
        milliseconds(0.99),
        found.failed
    );
    table.row(&name, &figure, "p50 < 5 ms, p99 < 50 ms");
}

/// Bodies of a thousand messages, each after the replies to the one before.
async fn largest(table: &mut Table, port: u16, whatsapp: &FakeWhatsApp) {
    let account = whatsapp.account();
    let mut times = Vec::new();
    for round in 0..ROUNDS {
        let body = batch(round, account);
        let signature = sign(body.as_bytes(), &account.app_secret);
        let headers = [("x-hub-signature-256", signature.as_str())];
        let begun = Instant::now();
        let answer = send(port, "POST", "/webhooks/whatsapp", &headers, &body).await;
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
        assert_eq!(answer.expect("the gateway answers").status, 200);
        whatsapp.wait_for_delivered((round + 1) * CUSTOMERS).await;
    }
    let most = times.iter().copied().fold(0.0, f64::max);
    let name = format!(
        "a webhook of {UPDATES} messages of {CUSTOMERS} customers in {} MB: acknowledged, median / \
         most of {ROUNDS}",
        BYTES / 1_000_000
    );
    table.row(&name, &format!("{:.0} ms / {most:.0} ms", median(times)), "≤ 250 ms");
}

fn options(model: &Server, redis: &RedisServer, whatsapp: &FakeWhatsApp) -> GatewayOptions {
    let mut options = gateway_options(model.port, Some(redis));
    let account = whatsapp.account();
    let channels = format!(
        r#"channels: {{ whatsapp: {{
            phoneNumberId: "{}", accessToken: "{}", appSecret: "{}", verifyToken: "bench",
            apiRoot: "{}", apiVersion: "{}",
        }} }}, logging:"#,
        account.phone_number_id,
        account.access_token,
        account.app_secret,
        whatsapp.url(),
        account.version,
    );
    options.settings = options.settings.replacen("logging:", &channels, 1);
    options
}

/// One message, of a customer who is known by number and by id, as all are today.
fn request(run: &'static str, account: &Account) -> MakeRequest {
    let account = account.clone();
    Arc::new(move |Nth { connection, request }, bytes| {
        let customer = connection as u64 * 1_000_000 + request / CONVERSATION;
        let (contact, message) =
            said(&format!("{run}{connection}.{request}"), customer, "Where is my parcel?");
        let body = around(&account, &[contact], &[message]);
        let signature = sign(body.as_bytes(), &account.app_secret);
        let head = format!(
            "POST /webhooks/whatsapp HTTP/1.1\r\nhost: localhost\r\n\
             x-hub-signature-256: {signature}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        bytes.extend_from_slice(head.as_bytes());
        bytes.extend_from_slice(body.as_bytes());
    })
}

fn batch(round: usize, account: &Account) -> String {
    let words = "x".repeat(BYTES / UPDATES - 350);
    let customer = |n: usize| (900_000_000 + round * CUSTOMERS + n % CUSTOMERS) as u64;
    let (mut contacts, messages): (Vec<Value>, Vec<Value>) =
        (0..UPDATES).map(|n| said(&format!("batch{round}.{n}"), customer(n), &words)).unzip();
    contacts.truncate(CUSTOMERS);
    let body = around(account, &contacts, &messages);
    assert!((BYTES * 9 / 10..BYTES * 11 / 10).contains(&body.len()), "{} bytes", body.len());
    body
}

/// A customer and what that customer says.
fn said(id: &str, customer: u64, words: &str) -> (Value, Value) {
    let (number, user_id) = (format!("49{customer:011}"), format!("DE.{customer:020}"));
    let contact = json!({"profile": {"name": "A Customer"}, "wa_id": number, "user_id": user_id});
    let message = json!({"from": number, "from_user_id": user_id, "id": format!("wamid.{id}"),
        "timestamp": "1697043223", "type": "text", "text": {"body": words}});
    (contact, message)
}

fn around(account: &Account, contacts: &[Value], messages: &[Value]) -> String {
    let value = json!({"messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": account.phone_number_id},
        "contacts": contacts, "messages": messages});
    let body = json!({"object": "whatsapp_business_account",
        "entry": [{"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}]});
    body.to_string()
}
