//! Which models can see.

use crate::support::{error, errors, settings, warnings};

/// Settings with a chain of three models, and these models listed under their provider.
fn text(models: &str) -> String {
    format!(
        "{{ agents: {{ defaults: {{ model: {{ primary: 'x/big-1', \
         fallbacks: ['x/small-1', 'ollama/big-1'] }} }} }},\n\
         models: {{ providers: {{ x: {{ baseUrl: 'http://x', models: {models} }} }} }} }}"
    )
}

fn sees(models: &str) -> Vec<bool> {
    settings(&text(models), &[]).chain().iter().map(|model| model.sees).collect()
}

#[test]
fn a_model_sees_if_its_own_provider_lists_it_with_images() {
    assert_eq!(sees("[{ id: 'big-1', input: ['text', 'image'] }]"), [true, false, false]);
    assert_eq!(
        sees("[{ id: 'big-1' }, { id: 'small-1', input: ['image'] }]"),
        [false, true, false]
    );
    assert_eq!(sees("[{ id: 'big-1', input: ['text'] }]"), [false; 3]);
    assert_eq!(sees("[{ id: 'big-1', input: [] }]"), [false; 3]);
    assert_eq!(sees("[]"), [false; 3]);
    let of_another_name = "[{ id: 'entirely-different', input: ['image'] }]";
    assert_eq!(sees(of_another_name), [false; 3]);
}

#[test]
fn the_models_of_a_built_in_provider_need_no_address() {
    let text = "{ agents: { defaults: { model: { primary: 'ollama/llava:13b' } } }, \
                models: { providers: { ollama: { \
                models: [{ id: '${EYES}', input: ['text', '${SIGHT:-image}'] }] } } } }";
    assert!(settings(text, &[("EYES", "llava:13b")]).chain()[0].sees);
    let blinded = settings(text, &[("EYES", "llava:13b"), ("SIGHT", "text")]);
    assert!(!blinded.chain()[0].sees);
}

#[test]
fn what_is_wrong_in_the_list_is_told_with_its_place() {
    assert_eq!(
        errors(
            &text("[{ id: 'big 1', input: ['imgae', 'text'] }, { input: 'image' }, 'big-1']"),
            &[]
        ),
        [
            "2:65: models.providers.x.models[0].id = \"big 1\": expected a model's name without \
             its provider, as in \"gpt-4o\"",
            "2:82: models.providers.x.models[0].input[0] = \"imgae\": expected one of \"text\", \
             \"image\"; did you mean \"image\"?",
            "2:102: models.providers.x.models[1]: expected an id, as in id: \"gpt-4o\"",
            "2:111: models.providers.x.models[1].input = \"image\": expected a list [ … ]",
            "2:122: models.providers.x.models[2] = \"big-1\": expected an object { … }",
        ]
    );
    assert_eq!(
        error(&text("{ id: 'big-1' }"), &[]),
        "2:58: models.providers.x.models = an object: expected a list [ … ]"
    );
    let endless = format!("[{}]", "{ id: 'm' },".repeat(257));
    assert!(error(&text(&endless), &[]).ends_with("expected at most 256 elements"));
}

#[test]
fn an_unknown_key_of_a_model_is_pointed_out() {
    assert_eq!(
        warnings(&text("[{ id: 'big-1', inputs: ['text'] }]")),
        ["2:74: warning: models.providers.x.models[0].inputs: unknown key, ignored; did you mean \
          \"input\"?"]
    );
}

#[test]
fn a_name_that_misses_the_model_it_means_is_pointed_out() {
    let none = "warning: models.providers.x.models[0].id: no model of this name is asked";
    assert_eq!(
        warnings(&text("[{ id: 'Big1', input: ['image'] }, { id: 'small-1' }]")),
        [format!("2:65: {none}; did you mean \"big-1\"?")]
    );
    assert_eq!(
        warnings(&text("[{ id: 'x/small-1', input: ['image'] }]")),
        [format!("2:65: {none}; did you mean \"small-1\"?")]
    );
    // A catalogue may list more than is asked.
    assert!(warnings(&text("[{ id: 'big-2' }, { id: 'big-1' }, { id: 'other' }]")).is_empty());
}

#[test]
fn a_model_that_is_listed_twice_is_pointed_out() {
    let twice = text("[{ id: 'big-1', input: ['image'] }, { id: 'big-1' }]");
    assert_eq!(
        warnings(&twice),
        ["2:100: warning: models.providers.x.models[1].id: this model is listed before, and its \
          first entry counts"]
    );
}
