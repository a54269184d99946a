//! How the page is looked at: on which screen, in which scheme and language. And the picture of it
//! that the README shows.

use std::fmt;

use serde_json::json;
use support::fake_model::{Gate, Script};
use support::gateway_process::workspace_root;

use crate::browser::Browser;
use crate::world::World;

/// The variable that asks for a new picture in the README.
const UPDATE: &str = "OPENCLAW_UPDATE_SCREENSHOT";

/// A screen, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Screen {
    /// 1280 × 800.
    Desktop,
    /// 390 × 844, touched.
    Phone,
    /// 320 × 568, touched: the smallest that is in use.
    Smallest,
}

/// How a page is looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Looks {
    pub(crate) screen: Screen,
    /// `light` or `dark`, as the system prefers.
    pub(crate) scheme: &'static str,
    /// The browser's language.
    pub(crate) language: &'static str,
}

impl fmt::Display for Looks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let screen = match self.screen {
            Screen::Desktop => "desktop",
            Screen::Phone => "mobile-390",
            Screen::Smallest => "mobile-320",
        };
        let direction = if self.language == "ar" { "rtl" } else { "ltr" };
        write!(formatter, "{screen}-{}-{direction}", self.scheme)
    }
}

impl Browser {
    /// Looks at pages so from now on.
    pub(crate) async fn dress(&self, looks: &Looks) {
        let (width, height, mobile) = match looks.screen {
            Screen::Desktop => (1280, 800, false),
            Screen::Phone => (390, 844, true),
            Screen::Smallest => (320, 568, true),
        };
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        let touch = json!({ "enabled": mobile });
        self.devtools("Emulation.setTouchEmulationEnabled", touch).await;
        let scheme = json!({ "features": [
            { "name": "prefers-color-scheme", "value": looks.scheme },
        ] });
        self.devtools("Emulation.setEmulatedMedia", scheme).await;
        let agent = self.value("navigator.userAgent").await;
        let language = json!({ "userAgent": agent, "acceptLanguage": looks.language });
        self.devtools("Emulation.setUserAgentOverride", language).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pictures_of_the_chat_are_kept() {
    let world = World::start_with(json!({
        "greeting": "Hello! Ask us about your parcel, our prices, or our opening hours.",
    }));
    let gate = Gate::default();
    let script = Script::new()
        .say("Your parcel **TRK-12345** is out for delivery.\n\n1. Sorted at the depot: Monday 21:05\n")
        .say("2. With the courier: Tuesday 08:40\n\nIt is expected **today**, between 13 and 15 h. ")
        .wait(&gate)
        .say("You can have it left with a neighbour: [change the delivery](https://example.com/).");
    world.model.push(script.finish());
    let browser = Browser::start().await;
    browser.dress(&Looks { screen: Screen::Desktop, scheme: "light", language: "en" }).await;
    browser.visit_and_open(&world.page()).await;
    browser.write("Where is my parcel TRK-12345?").await;
    browser.until("one('.live')?.textContent.includes('13 and 15 h')").await;
    browser.until("shown('.stop')").await;
    browser.picture("streaming").await;
    gate.open();
    browser.until("!one('.live') && one('.bubble a')").await;
    browser.run("one('textarea').blur();").await;
    browser.picture("webchat").await;
    let picture = browser.driver().screenshot_as_png().await.unwrap();
    assert!(picture.len() > 10_000, "there is something to see");
    if std::env::var_os(UPDATE).is_some() {
        let shown = workspace_root().join("docs/images/webchat.png");
        std::fs::create_dir_all(shown.parent().unwrap()).unwrap();
        assert!(picture.len() < 200_000, "the picture has {} bytes", picture.len());
        std::fs::write(shown, picture).unwrap();
    }
}
