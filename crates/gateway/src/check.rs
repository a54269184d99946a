//! The roles that start nothing: `check` and `schema`.

use std::path::PathBuf;
use std::process::ExitCode;

use settings::{ApiAuth, Settings, SkillsSettings};
use skills::{Problem, Severity, SkillLibrary};

use crate::compose::skills_options;
use crate::start::{WRONG_SETTINGS, complain, read, say};

/// Validates settings and skills.
pub(crate) fn check(file: Option<PathBuf>) -> ExitCode {
    let loaded = match read(file) {
        Ok(loaded) => loaded,
        Err(problems) => {
            complain(&problems.to_string());
            match problems.skills() {
                Some(skills) => _ = faulty_skills(skills),
                None => complain("the skills weren't checked: it isn't sure where they are"),
            }
            return WRONG_SETTINGS.into();
        }
    };
    for warning in &loaded.warnings {
        complain(&warning.to_string());
    }
    if faulty_skills(&loaded.settings.skills) > 0 {
        return WRONG_SETTINGS.into();
    }
    let (library, _) = SkillLibrary::load(skills_options(&loaded.settings.skills));
    let skills = library.snapshot().skills().len();
    for doubt in doubts(&loaded.settings, skills) {
        complain(&format!("warning: {doubt}"));
    }
    let from = loaded.path.map_or_else(
        || "no settings file, built-in defaults".to_owned(),
        |path| path.display().to_string(),
    );
    say(&format!("settings: {from}\n{}", summary(&loaded.settings, skills)));
    ExitCode::SUCCESS
}

/// Says what is wrong with the skills, and counts those that can't be used.
fn faulty_skills(settings: &SkillsSettings) -> usize {
    let problems = skills::check(&skills_options(settings));
    for problem in &problems {
        complain(&problem.to_string());
    }
    let is_error = |problem: &&Problem| problem.severity == Severity::Error;
    let errors = problems.iter().filter(is_error).count();
    if errors > 0 {
        let files = if errors == 1 { "1 skill file" } else { &format!("{errors} skill files") };
        complain(&format!("{files} can't be used"));
    }
    errors
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
fn summary(settings: &Settings, skills: usize) -> String {
    let models: Vec<String> = settings
        .chain()
        .iter()
        .map(|model| format!("{}/{}", model.provider_id, model.model))
        .collect();
    let models = if models.is_empty() { "none".to_owned() } else { models.join(", then ") };
    let store = if settings.redis_url.is_some() { "Redis" } else { "in this process" };
    format!(
        "address:  {}\nstore:    {store}\nmodels:   {models}\nskills:   {skills}\nno errors; whether Redis \
         and the models answer shows at the start",
        settings.gateway.address(),
    )
}

/// Prints the JSON Schema of the settings.
pub(crate) fn schema() -> ExitCode {
    match serde_json::to_string_pretty(&settings::schema()) {
        Ok(schema) => {
            say(&schema);
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&format!("the schema can't be printed: {error}"));
            ExitCode::FAILURE
        }
    }
}
