//! Moves all deadlines in the server forward, so that tests need not wait for seven days.

use std::time::Duration;

use conversation::StoreError;
use deadpool_redis::redis::{Cmd, Pipeline};

use crate::link::GROUP;
use crate::{RedisStore, millis};

impl RedisStore {
    /// Makes everything in the server look `by` older: expiries, leases, due times.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn shift_time(&self, by: Duration) -> Result<(), StoreError> {
        let by = millis(by);
        for key in self.keys_with("").await? {
            self.expire_sooner(&key, by).await?;
        }
        for stream in self.inner.keys.all_ready() {
            self.age_claims(stream, by).await?;
        }
        for kind in [":delayed", ":dead", ":replicas", ":interrupted"] {
            for key in self.keys_with(kind).await? {
                self.lower_scores(&key, by).await?;
            }
        }
        for key in self.keys_with(":w:").await? {
            self.lower_interest(&key, by).await?;
        }
        for key in self.keys_with(":c:").await? {
            self.age_texts(AGE_MOVE, &key, by).await?;
        }
        for key in self.keys_with(":m:").await? {
            self.age_texts(AGE_RECORDS, &key, by).await?;
        }
        for key in self.keys_with(":{lane/").await? {
            self.age_texts(AGE_LANE, &key, by).await?;
        }
        for key in self.keys_with(":rate:").await? {
            self.age_texts(AGE_RATE, &key, by).await?;
        }
        for key in self.keys_with(":out:").await? {
            self.age_texts(AGE_OUTBOX, &key, by).await?;
        }
        for kind in [":in:", ":rv:", ":fw:"] {
            for key in self.keys_with(kind).await? {
                self.age_texts(AGE_INBOX, &key, by).await?;
            }
        }
        Ok(())
    }

    async fn keys_with(&self, part: &str) -> Result<Vec<String>, StoreError> {
        let pattern = format!("{}:*", self.inner.options.key_prefix);
        let mut all = Pipeline::new();
        all.cmd("KEYS").arg(pattern);
        let found: Vec<(Vec<String>,)> = self.inner.link.run_everywhere(&all).await?;
        let mut keys: Vec<String> = found.into_iter().flat_map(|(keys,)| keys).collect();
        keys.retain(|key| key.contains(part));
        Ok(keys)
    }

    async fn expire_sooner(&self, key: &str, by: u64) -> Result<(), StoreError> {
        let mut ask = Cmd::new();
        ask.arg("PTTL").arg(key);
        let left: i64 = self.inner.link.run(&ask).await?;
        if left < 0 {
            return Ok(());
        }
        let mut set = Cmd::new();
        set.arg("PEXPIRE").arg(key).arg(left.saturating_sub_unsigned(by));
        self.inner.link.run(&set).await
    }

    async fn age_claims(&self, stream: &str, by: u64) -> Result<(), StoreError> {
        let mut ask = Cmd::new();
        ask.arg("XPENDING").arg(stream).arg(GROUP).arg("-").arg("+").arg(100_000);
        let pending: Vec<(String, String, u64, u64)> = self.inner.link.run(&ask).await?;
        let mut age = Pipeline::new();
        for (entry, owner, idle, _deliveries) in pending {
            let mut claim = Cmd::new();
            claim.arg("XCLAIM").arg(stream).arg(GROUP).arg(owner).arg(0).arg(entry);
            claim.arg("IDLE").arg(idle + by).arg("JUSTID");
            age.add_command(claim).ignore();
        }
        if age.is_empty() { Ok(()) } else { self.inner.link.run_all(&age).await }
    }

    async fn lower_scores(&self, key: &str, by: u64) -> Result<(), StoreError> {
        let mut ask = Cmd::new();
        ask.arg("ZRANGE").arg(key).arg(0).arg(-1).arg("WITHSCORES");
        let members: Vec<(String, f64)> = self.inner.link.run(&ask).await?;
        let mut lower = Pipeline::new();
        for (member, _) in members {
            let mut cmd = Cmd::new();
            cmd.arg("ZINCRBY").arg(key).arg(format!("-{by}")).arg(member);
            lower.add_command(cmd).ignore();
        }
        if lower.is_empty() { Ok(()) } else { self.inner.link.run_all(&lower).await }
    }

    async fn lower_interest(&self, key: &str, by: u64) -> Result<(), StoreError> {
        let mut ask = Cmd::new();
        ask.arg("HKEYS").arg(key);
        let fields: Vec<String> = self.inner.link.run(&ask).await?;
        let mut lower = Pipeline::new();
        for field in &fields {
            let mut cmd = Cmd::new();
            cmd.arg("HINCRBY").arg(key).arg(field).arg(format!("-{by}"));
            lower.add_command(cmd).ignore();
        }
        if lower.is_empty() { Ok(()) } else { self.inner.link.run_all(&lower).await }
    }

    /// Ages the times that stand inside of stored texts, of a hash or a list, in one step: others
    /// may be at work on them.
    async fn age_texts(&self, script: &str, key: &str, by: u64) -> Result<(), StoreError> {
        let mut age = Cmd::new();
        age.arg("EVAL").arg(script).arg(1).arg(key).arg(by);
        self.inner.link.run(&age).await
    }
}

const AGE_RECORDS: &str = "
local records = redis.call('HGETALL', KEYS[1])
for i = 1, #records, 2 do
  local r = records[i + 1]
  local time = string.format('%013d', tonumber(string.sub(r, 28, 40)) - tonumber(ARGV[1]))
  redis.call('HSET', KEYS[1], records[i], string.sub(r, 1, 27) .. time .. string.sub(r, 41))
end";

const AGE_MOVE: &str = "
local w = redis.call('HGET', KEYS[1], 'w')
if w then
  local time = string.format('%013d', tonumber(string.sub(w, 1, 13)) - tonumber(ARGV[1]))
  redis.call('HSET', KEYS[1], 'w', time .. string.sub(w, 14))
end";

const AGE_RATE: &str = "
local rate = redis.call('GET', KEYS[1])
if rate then
  local time = string.format('%d', tonumber(string.match(rate, '^%d+')) - tonumber(ARGV[1]))
  redis.call('SET', KEYS[1], time .. string.match(rate, '!*$'), 'KEEPTTL')
end";

const AGE_OUTBOX: &str = "
if redis.call('HEXISTS', KEYS[1], 'at') == 1 then
  redis.call('HINCRBY', KEYS[1], 'at', '-' .. ARGV[1])
end";

const AGE_INBOX: &str = "
for i, m in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  local time = string.format('%013d', tonumber(string.sub(m, 46, 58)) - tonumber(ARGV[1]))
  redis.call('LSET', KEYS[1], i - 1, string.sub(m, 1, 45) .. time .. string.sub(m, 59))
end";

const AGE_LANE: &str = "
for _, field in ipairs({'t', 'c'}) do
  local time = redis.call('HGET', KEYS[1], field)
  if time then
    redis.call('HSET', KEYS[1], field, string.format('%.0f', time - ARGV[1] * 1000))
  end
end";
