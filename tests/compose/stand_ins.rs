//! Images in place of those that docker-compose.yml and the Dockerfile name, for machines that no
//! image registry can be reached from: made of Debian's packages, this machine's Rust, the tests'
//! nginx, and a program that takes Ollama's place.

use std::path::{Path, PathBuf};
use std::process::Command;

use support::gateway_process::workspace_root;
use support::nginx::nginx_binary;

use crate::commands::{run, shell};
use crate::engine::Engine;

const RUST: &str = "rust:1.95-bookworm";
const NGINX: &str = "nginx:1.30-alpine";
const REDIS: &str = "redis:7.4-alpine";
const OLLAMA: &str = "ollama/ollama:0.12.6";

/// The images that the deployment names by default, for the check that none was forgotten.
pub const ALL: [&str; 4] = [RUST, NGINX, REDIS, OLLAMA];

/// Makes those that the engine doesn't have.
pub fn make(engine: &Engine) {
    let root = workspace_root().join("target/stand-ins");
    std::fs::create_dir_all(&root).expect("a directory for the stand-ins");
    let debian = root.join("debian");
    if ALL.iter().any(|name| !engine.has_image(name)) {
        bootstrap(&debian);
    }
    make_one(engine, RUST, &root, |image| {
        copy(&debian, image);
        // The toolchain that this program was built with, without its documentation.
        shell(&format!(
            "toolchain=$(rustc --print sysroot); cd {}/usr/local; \
             cp \"$toolchain\"/bin/rustc \"$toolchain\"/bin/cargo bin/; \
             cp -r \"$toolchain\"/lib/. lib/",
            image.display()
        ));
    });
    make_one(engine, REDIS, &root, |image| {
        copy(&debian, image);
        shell(&format!("cd {}; mkdir data; chown 999:1000 data", image.display()));
    });
    make_one(engine, OLLAMA, &root, |image| {
        copy(&debian, image);
        let ollama = std::env::current_exe().unwrap().with_file_name("stand-in-ollama");
        std::fs::copy(ollama, image.join("usr/local/bin/ollama")).expect("the stand-in for ollama");
        std::fs::create_dir_all(image.join("root/.ollama")).unwrap();
    });
    make_one(engine, NGINX, &root, |image| {
        // Alpine is little more than busybox.
        shell(&format!(
            "cd {image}; mkdir -p bin etc tmp usr/sbin var/www; chmod 1777 tmp; \
             cp /bin/busybox bin/; cp {nginx} usr/sbin/nginx; \
             for name in sh wget sed grep printf; do ln -s busybox bin/$name; done; \
             echo 'root:x:0:0::/:/bin/sh' >etc/passwd; echo 'nginx:x:101:101::/:/bin/sh' >>etc/passwd; \
             echo 'nobody:x:65534:65534::/:/bin/sh' >>etc/passwd; \
             echo 'root:x:0:' >etc/group; echo 'users:x:100:' >>etc/group",
            image = image.display(),
            nginx = nginx_binary().display(),
        ));
    });
}

/// Debian's smallest system with what the images need of it.
fn bootstrap(debian: &Path) {
    if debian.join("complete").exists() {
        return;
    }
    println!("compose-test: making a Debian root");
    let _ = std::fs::remove_dir_all(debian);
    run(Command::new("debootstrap")
        .args(["--variant=minbase", "--include=redis-server,gcc,libc6-dev,ca-certificates"])
        .arg("bookworm")
        .arg(debian));
    // What this machine trusts, so that a build in there can download what a build here can.
    shell(&format!(
        "cp /etc/ssl/certs/ca-certificates.crt {debian}/etc/ssl/certs/; \
         rm -rf {debian}/var/cache/apt/archives/*.deb {debian}/var/lib/apt/lists/*; \
         touch {debian}/complete",
        debian = debian.display()
    ));
}

fn copy(debian: &Path, image: &Path) {
    shell(&format!("cp -a {}/. {}/", debian.display(), image.display()));
}

fn make_one(engine: &Engine, name: &str, root: &Path, fill: impl FnOnce(&PathBuf)) {
    if engine.has_image(name) {
        return;
    }
    println!("compose-test: making a stand-in for {name}");
    let image = root.join("image");
    let _ = std::fs::remove_dir_all(&image);
    std::fs::create_dir_all(&image).expect("a directory for an image");
    fill(&image);
    let archive = root.join("image.tar");
    run(Command::new("tar").arg("-cf").arg(&archive).arg("-C").arg(&image).arg("."));
    run(engine
        .docker()
        .args(["import", "--change", "ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"])
        .args(["--change", "ENTRYPOINT [\"ollama\"]", "--change", "CMD [\"serve\"]"])
        .args(["--change", "ENV HOME=/root CARGO_HOME=/usr/local/cargo"])
        .arg(&archive)
        .arg(name));
    let _ = std::fs::remove_file(&archive);
    let _ = std::fs::remove_dir_all(&image);
}
