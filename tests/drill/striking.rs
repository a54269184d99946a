//! Lets faults happen to a world, and makes good again what they broke.

use tokio::time::{Instant, sleep};

use crate::models::Mood;
use crate::observed::Observed;
use crate::schedule::Fault;
use crate::world::World;

impl World {
    /// Lets the fault happen. When this returns, all gateways take work again.
    pub async fn strike(&mut self, fault: &Fault, observed: &mut Observed) {
        let since = Instant::now();
        match fault {
            Fault::Kill { slots, pause } => {
                observed.killed += self.kill(slots);
                sleep(*pause).await;
                slots.iter().for_each(|slot| self.replicas[*slot].start_again());
                return self.wait_until_ready().await;
            }
            Fault::RollingTerm => {
                for replica in &mut self.replicas {
                    replica.signal("TERM");
                    replica.wait_until_ended().await;
                    observed.ended += 1;
                    replica.start_again();
                    replica.wait_until_ready().await;
                }
            }
            Fault::Freeze { slot, time } => {
                self.replicas[*slot].signal("STOP");
                sleep(*time).await;
                observed.frozen += usize::from(self.replicas[*slot].is_stopped());
                self.replicas[*slot].signal("CONT");
                self.strikes.hit(*slot, since.into_std());
            }
            Fault::KillRedis { pause } => {
                observed.redis_killed += usize::from(self.redis.pid().is_some());
                self.redis.kill();
                sleep(*pause).await;
                tokio::task::block_in_place(|| self.redis.start_again());
                self.wait_until_ready().await;
                self.strikes.hit_all(since.into_std());
            }
            Fault::Stall { slot, time } => {
                self.replicas[*slot].proxy.hold();
                sleep(*time).await;
                observed.stalled += 1;
                self.replicas[*slot].proxy.pass();
                self.wait_until_ready().await;
                self.strikes.hit(*slot, since.into_std());
            }
            Fault::Slow { slot, time } => {
                self.replicas[*slot].proxy.delay(std::time::Duration::from_millis(40));
                sleep(*time).await;
                observed.slowed += 1;
                self.replicas[*slot].proxy.pass();
            }
            Fault::Reset { slot } => {
                self.replicas[*slot].proxy.reset();
                observed.reset += 1;
                self.wait_until_ready().await;
                self.strikes.hit(*slot, since.into_std());
            }
            Fault::Models { primary, fallback, time } => {
                self.models.feel(*primary, *fallback);
                sleep(*time).await;
                let asked = self.models.feel(Mood::Well, Mood::Well);
                observed.moods([*primary, *fallback], asked);
            }
        }
        self.wait_until_ready().await;
        self.models.takeovers.disturbed(since);
    }

    /// Kills these gateways at once, and says how many of them ran.
    pub fn kill(&mut self, slots: &[usize]) -> usize {
        let mut killed = 0;
        for slot in slots {
            let since = Instant::now();
            killed += usize::from(self.replicas[*slot].kill());
            self.models.takeovers.killed(*slot, since);
            self.strikes.hit(*slot, since.into_std());
        }
        killed
    }
}
