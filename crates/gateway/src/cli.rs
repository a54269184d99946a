//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::{certificate, check, healthcheck, monitor, status, webhook};

const ABOUT: &str = "Answers a company's customers through language models that know its skills";

const AFTER_HELP: &str = "\
Environment:
  OPENCLAW_CONFIG_PATH    the settings file, where --config names none
  OPENCLAW_GATEWAY_PORT   the port, instead of gateway.port
  OPENCLAW_GATEWAY_TOKEN  the API's token, instead of gateway.auth.token
  OPENCLAW_TRUSTED_PROXIES
                          addresses or networks, separated by commas, besides those of
                          gateway.trustedProxies
  OPENCLAW_BIND           what the shipped settings file takes for gateway.bind, such as lan
  OPENCLAW_MODEL,
  OPENCLAW_FALLBACK_MODEL
                          and for the models to ask, such as openai/gpt-4o-mini
  REDIS_URL               where conversations are kept, as redis://host:6379;
                          without it they are kept in this process, and lost with it
  OLLAMA_HOST             where Ollama listens, instead of http://127.0.0.1:11434
  OPENAI_API_KEY,
  ANTHROPIC_API_KEY       the keys of the models openai/… and anthropic/…
  WEBCHAT_ALLOWED_ORIGIN, WEBCHAT_SESSION_SECRET, WEBCHAT_ACCEPTED_SESSION_SECRET,
  WEBCHAT_IDENTITY_SECRET, WEBCHAT_GREETING,
  WHATSAPP_PHONE_NUMBER_ID, WHATSAPP_ACCESS_TOKEN, WHATSAPP_APP_SECRET, WHATSAPP_VERIFY_TOKEN,
  TELEGRAM_BOT_TOKEN, TELEGRAM_MODE, TELEGRAM_WEBHOOK_SECRET, TELEGRAM_WEBHOOK_URL
                          what the shipped settings file takes for its channels
  NO_COLOR                no colours in the log
  LOG_LEVEL               error, warn, info, debug or trace, instead of logging.level

Exit codes:
  0   stopped as asked, or nothing wrong was found
  1   something failed while running, such as the port being taken
  2   the command line is wrong, such as an option that doesn't exist
  70  it had stopped answering, and its watchdog ended it so that it is started again
  78  the settings are wrong, or with `check` a skill is, or Redis refuses the user, the
      password or the database of its URL, or is set to delete messages; every error is printed,
      and no port was opened

Try:
  openclaw-gateway check          validate settings and skills; with --strict warnings, such as of
                                  a key that doesn't exist, count as errors
  openclaw-gateway                serve; the chat is at http://localhost:18789/
  openclaw-gateway status         look at all replicas, the queue, the store and the models";

/// Answers a company's customers through a language model that knows its skills.
#[derive(Parser)]
#[command(name = "openclaw-gateway", version, about = ABOUT, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    /// The settings file [default: config/openclaw.json, if it is there]
    #[arg(long, short, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,

    /// What to do; without it, serve.
    #[command(subcommand)]
    pub(crate) role: Option<Role>,
}

/// What the process does.
#[derive(Subcommand)]
pub(crate) enum Role {
    /// Serve until told to stop; the same as no command
    Serve,
    /// Validate the settings and the skills, and start nothing
    Check(check::Arguments),
    /// Print the JSON Schema of the settings file
    Schema,
    /// Ask a gateway whether it takes work; for a container's health check
    Healthcheck(healthcheck::Arguments),
    /// Look at the whole installation: replicas, queue, store, models
    Status(status::Arguments),
    /// Watch a gateway's health, keep a log of it, and alert Slack or Telegram when it changes
    Monitor(monitor::Arguments),
    /// Tell Telegram where it reaches the gateway, or ask what it was told
    Webhook(webhook::Arguments),
    /// Make a self-signed TLS certificate for the proxy in front, unless there is one
    Certificate(certificate::Arguments),
}
