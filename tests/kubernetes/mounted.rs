//! A ConfigMap as the kubelet mounts it: every file is a link through `..data`, which is exchanged
//! as a whole when the ConfigMap changes. Running gateways must answer with what is new.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use support::gateway_process::{GatewayOptions, GatewayProcess};
use support::http::post_message;

struct ConfigMap {
    folder: PathBuf,
    version: u32,
}

impl ConfigMap {
    fn mounted(files: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(format!("openclaw-map-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let mut map = Self { folder, version: 0 };
        map.exchange(files);
        for (name, _) in files {
            symlink(Path::new("..data").join(name), map.folder.join(name)).unwrap();
        }
        map
    }

    /// Writes a new version beside the old one, and lets `..data` lead to it.
    fn exchange(&mut self, files: &[(&str, &str)]) {
        self.version += 1;
        let version = format!("..version_{}", self.version);
        std::fs::create_dir(self.folder.join(&version)).unwrap();
        for (name, text) in files {
            std::fs::write(self.folder.join(&version).join(name), text).unwrap();
        }
        symlink(&version, self.folder.join("..data_tmp")).unwrap();
        std::fs::rename(self.folder.join("..data_tmp"), self.folder.join("..data")).unwrap();
        let _ =
            std::fs::remove_dir_all(self.folder.join(format!("..version_{}", self.version - 1)));
    }
}

impl Drop for ConfigMap {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[tokio::test]
async fn a_changed_config_map_changes_the_answers_of_running_replicas() {
    let skill = |hours: &str| {
        format!(
            "---\nname: opening-hours\ndescription: When we are open.\n---\n# Opening hours\n\n\
             ## When are you open?\n{hours}\n"
        )
    };
    let mut map = ConfigMap::mounted(&[("HOURS.md", &skill("Monday to Friday."))]);
    let gateway = GatewayProcess::start(&GatewayOptions {
        settings: format!("{{ skills: {{ directory: {:?} }} }}", map.folder),
        ..GatewayOptions::default()
    });
    let ask = async |customer: &str| {
        post_message(gateway.port(), customer, "When are you open?", None).await.unwrap().reply()
    };
    let before = ask("ann").await;
    assert!(before.contains("Monday to Friday"), "{before}");

    map.exchange(&[("HOURS.md", &skill("Every day, also on Sundays."))]);
    let patience = Instant::now() + Duration::from_secs(20);
    for customer in 0.. {
        let after = ask(&format!("customer-{customer}")).await;
        if after.contains("also on Sundays") {
            return;
        }
        assert!(Instant::now() < patience, "still: {after}\n{}", gateway.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
