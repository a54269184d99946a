//! The roles that start nothing: `check` and `schema`.

use std::path::PathBuf;
use std::process::ExitCode;

use settings::Settings;
use skills::{Problem, Severity};

use crate::compose::skills_options;
use crate::start::{WRONG_SETTINGS, complain, load, say};

/// Validates settings and skills.
pub(crate) fn check(file: Option<PathBuf>) -> ExitCode {
    let loaded = match load(file) {
        Ok(loaded) => loaded,
        Err(code) => return code.into(),
    };
    for warning in &loaded.warnings {
        complain(&warning.to_string());
    }
    let problems = skills::check(&skills_options(&loaded.settings));
    for problem in &problems {
        complain(&problem.to_string());
    }
    let is_error = |problem: &&Problem| problem.severity == Severity::Error;
    let errors = problems.iter().filter(is_error).count();
    if errors > 0 {
        complain(&format!("{errors} skill files can't be used"));
        return WRONG_SETTINGS.into();
    }
    let from = loaded.path.map_or_else(
        || "no settings file, built-in defaults".to_owned(),
        |path| path.display().to_string(),
    );
    say(&format!("settings: {from}\n{}", summary(&loaded.settings)));
    ExitCode::SUCCESS
}

/// What would be started, in a few lines.
fn summary(settings: &Settings) -> String {
    let models: Vec<String> = settings
        .chain()
        .iter()
        .map(|model| format!("{}/{}", model.provider_id, model.model))
        .collect();
    let models = if models.is_empty() { "none".to_owned() } else { models.join(", then ") };
    let store = if settings.redis_url.is_some() { "Redis" } else { "in this process" };
    let (skills, _) = skills::SkillLibrary::load(skills_options(settings));
    format!(
        "address:  {}\nstore:    {store}\nmodels:   {models}\nskills:   {}\nall is well",
        settings.gateway.address(),
        skills.snapshot().skills().len(),
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
