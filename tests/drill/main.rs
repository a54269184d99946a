//! The drill behind `cargo xtask drill`: it tries to break the gateway's promises, and says whether
//! they held. Everything that happens by chance comes from one seed.
#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]
#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod api;
mod audit;
mod availability;
mod controls;
mod ledger;
mod load;
mod mishaps;
mod models;
mod observed;
mod points;
mod providers;
mod replica;
mod report;
mod sayings;
mod scenes;
mod schedule;
mod sends;
mod sent;
mod storm;
mod strikes;
mod striking;
mod takeovers;
mod telegram;
mod verdict;
mod visitor;
mod way_in;
mod ways;
mod web_chat;
mod whatsapp;
mod world;

use std::process::ExitCode;

use storm::{FULL, SMALL, Scale};
use world::{Channels, Front, Plan, World};

const HELP: &str = include_str!("help.txt");

struct Arguments {
    seed: u64,
    only: Option<String>,
    scale: Scale,
    front: Front,
}

fn arguments() -> Result<Option<Arguments>, String> {
    let mut parsed = Arguments { seed: 42, only: None, scale: FULL, front: Front::Nginx };
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        match argument.as_str() {
            "--help" | "-h" => return Ok(None),
            "--short" => parsed.scale = SMALL,
            "--direct" => parsed.front = Front::Nothing,
            "--seed" => {
                let seed = given.next().and_then(|seed| seed.parse().ok());
                parsed.seed = seed.ok_or("--seed takes a whole number, such as --seed 42")?;
            }
            "--only" => match given.next() {
                Some(part) if ["points", "storm", "kills", "controls"].contains(&part.as_str()) => {
                    parsed.only = Some(part);
                }
                Some(_) | None => {
                    return Err("--only takes points, storm, kills or controls".to_owned());
                }
            },
            other => return Err(format!("there is no option '{other}'; --help lists them")),
        }
    }
    Ok(Some(parsed))
}

#[tokio::main]
async fn main() -> ExitCode {
    match arguments() {
        Ok(None) => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        Ok(Some(arguments)) if drill(&arguments).await => {
            println!("The promises held.");
            ExitCode::SUCCESS
        }
        Ok(Some(_)) => {
            println!("THE PROMISES DID NOT HOLD, or a control did not notice that they didn't.");
            ExitCode::FAILURE
        }
        Err(why) => {
            eprintln!("drill: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Runs what is asked for, prints the tables, and says whether all is as it should be.
async fn drill(arguments: &Arguments) -> bool {
    let Arguments { seed, only, scale, front } = arguments;
    let is_wanted = |part: &str| only.as_deref().is_none_or(|only| only == part);
    let mut held = true;
    println!("Drill with seed {seed}\n");
    if is_wanted("points") {
        let outcomes = points::points(*seed).await;
        println!("{}", report::points(&outcomes));
        held &= outcomes.iter().all(points::PointOutcome::is_green);
    }
    if is_wanted("storm") {
        let mut world = World::start(Plan {
            front: *front,
            channels: Channels::All { seed: *seed },
            ..Plan::default()
        })
        .await;
        let outcome = storm::storm(&mut world, *scale, *seed).await;
        println!("{}", report::storm(&outcome));
        held &= outcome.is_green();
    }
    if is_wanted("kills") {
        let outcomes = availability::availability().await;
        println!("{}", report::availability(&outcomes));
        held &= outcomes.iter().all(availability::Availability::is_green);
    }
    if is_wanted("controls") {
        let outcomes = controls::controls(*seed).await;
        println!("{}", report::controls(&outcomes));
        held &= outcomes.iter().all(controls::ControlOutcome::is_conclusive);
    }
    held
}
