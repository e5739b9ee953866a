# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared by the parts that deploy.sh sources
# A private Redis: what it holds may be lost, so it writes nothing to disk.

# configure_redis PORT [PASSWORD]
configure_redis() {
  own "$service_account" 700 "$data/redis"
  (
    umask 077
    printf '%s\n' "bind 127.0.0.1" "port $1" "dir $data/redis" 'save ""' "appendonly no" "daemonize no" \
      "maxmemory 256mb" "maxmemory-policy volatile-lru" ${2:+"requirepass $2"} >"$data/redis/redis.conf"
  )
  ((EUID != 0)) || chown "$service_account:" "$data/redis/redis.conf"
}

run_redis() { as "$service_account" redis-server "$data/redis/redis.conf"; }

redis_answers() {
  [[ $(REDISCLI_AUTH=${redis_password:-} redis-cli -h 127.0.0.1 -p "$redis_port" ping 2>/dev/null) == PONG ]]
}
