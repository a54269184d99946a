//! The roles that start nothing: `check` and `schema`.

use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;

use settings::{ApiAuth, ChannelSettings, Settings, SkillsSettings, TelegramIntake};
use skills::{Severity, SkillLibrary};

use crate::compose::skills_options;
use crate::start::{WRONG_SETTINGS, complain, read, say};

/// The command's arguments.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Count warnings, such as of a key that doesn't exist, as errors: exit with 78
    #[arg(long)]
    strict: bool,
}

/// Validates settings and skills.
pub(crate) fn check(file: Option<PathBuf>, arguments: &Arguments) -> ExitCode {
    let loaded = match read(file) {
        Ok(loaded) => loaded,
        Err(problems) => {
            complain(&problems.to_string());
            let mut found =
                Found { errors: problems.errors().count(), warnings: problems.warnings().count() };
            match problems.skills() {
                Some(skills) => found.add(&faulty_skills(skills)),
                None => complain("the skills weren't checked: it isn't sure where they are"),
            }
            return found.refuse();
        }
    };
    for warning in &loaded.warnings {
        complain(&warning.to_string());
    }
    let mut found = Found { errors: 0, warnings: loaded.warnings.len() };
    found.add(&faulty_skills(&loaded.settings.skills));
    if found.errors > 0 {
        return found.refuse();
    }
    let (library, _) = SkillLibrary::load(skills_options(&loaded.settings.skills));
    let skills = library.snapshot().skills().len();
    for doubt in doubts(&loaded.settings, skills) {
        complain(&format!("warning: {doubt}"));
        found.warnings += 1;
    }
    if arguments.strict && found.warnings > 0 {
        complain("with --strict warnings count as errors");
        return found.refuse();
    }
    let from = loaded.path.map_or_else(
        || "no settings file, built-in defaults".to_owned(),
        |path| path.display().to_string(),
    );
    say(&format!("settings: {from}\n{}", summary(&loaded.settings, skills, &found)))
}

/// How much was found wrong.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    errors: usize,
    warnings: usize,
}

impl Found {
    fn add(&mut self, more: &Self) {
        self.errors += more.errors;
        self.warnings += more.warnings;
    }

    /// Ends the command with how much it was.
    fn refuse(&self) -> ExitCode {
        complain(&self.to_string());
        WRONG_SETTINGS.into()
    }
}

impl fmt::Display for Found {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.errors {
            0 => formatter.write_str("no errors")?,
            1 => formatter.write_str("1 error")?,
            errors => write!(formatter, "{errors} errors")?,
        }
        match self.warnings {
            0 => Ok(()),
            1 => formatter.write_str(", 1 warning"),
            warnings => write!(formatter, ", {warnings} warnings"),
        }
    }
}

/// Says what is wrong with the skills, and how much it is.
fn faulty_skills(settings: &SkillsSettings) -> Found {
    let problems = skills::check(&skills_options(settings));
    let mut found = Found::default();
    for problem in &problems {
        complain(&problem.to_string());
        match problem.severity {
            Severity::Error => found.errors += 1,
            Severity::Warning => found.warnings += 1,
        }
    }
    match found.errors {
        0 => {}
        1 => complain("1 skill file can't be used"),
        errors => complain(&format!("{errors} skill files can't be used")),
    }
    found
}

/// What is allowed, and hardly meant. `skills` is how many there are.
pub(crate) fn doubts(settings: &Settings, skills: usize) -> Vec<String> {
    let mut doubts = Vec::new();
    if matches!(settings.gateway.api_auth, ApiAuth::Locked) {
        doubts.push(
            "the API refuses every call, since others can connect and no token is set; set \
             OPENCLAW_GATEWAY_TOKEN or gateway.auth.token"
                .to_owned(),
        );
    }
    if settings.chain().is_empty() && skills == 0 {
        doubts.push(format!(
            "no model is configured and no skill was found in {}, so every customer is only told \
             that a person will follow up",
            settings.skills.directory.display()
        ));
    }
    doubts
}

/// What would be started, in a few lines.
fn summary(settings: &Settings, skills: usize, found: &Found) -> String {
    let models: Vec<String> = settings
        .chain()
        .iter()
        .map(|model| format!("{}/{}", model.provider_id, model.model))
        .collect();
    let models = if models.is_empty() { "none".to_owned() } else { models.join(", then ") };
    let store = if settings.redis_url.is_some() { "Redis" } else { "in this process" };
    let channels = channels(&settings.channels);
    format!(
        "address:  {}\nstore:    {store}\nmodels:   {models}\nchannels: {channels}\n\
         skills:   {skills}\n{found}; whether Redis and the models answer shows at the start",
        settings.gateway.address(),
    )
}

/// The channels that are on, besides the API.
fn channels(settings: &ChannelSettings) -> String {
    let whatsapp = settings.whatsapp.as_ref().map(|_| "whatsapp");
    let telegram = settings.telegram.as_ref().map(|telegram| match telegram.intake {
        TelegramIntake::Webhook { .. } => "telegram (webhook)",
        TelegramIntake::Polling => "telegram (polling)",
    });
    let web_chat = settings.web_chat.as_ref().map(|_| "web chat");
    let on: Vec<&str> = [whatsapp, telegram, web_chat].into_iter().flatten().collect();
    if on.is_empty() { "none but the API".to_owned() } else { on.join(", ") }
}

/// Prints the JSON Schema of the settings.
pub(crate) fn schema() -> ExitCode {
    match serde_json::to_string_pretty(&settings::schema()) {
        Ok(schema) => say(&schema),
        Err(error) => {
            complain(&format!("the schema can't be printed: {error}"));
            ExitCode::FAILURE
        }
    }
}
