#!/bin/bash
# Shared by the scripts beside it: source it after NAME is set.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
STATE=${STATE:-${TMPDIR:-/tmp}/sluis-apps/$NAME}
LOG=$STATE/log RUN=$STATE/run
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin

say() { printf '%s: %s\n' "$NAME" "$*"; }
die() { printf '%s: error: %s\n' "$NAME" "$*" >&2; exit 1; }

# --- packages: install only what is missing, never let a service start by itself ---
missing_packages() {
  local p
  for p in $PACKAGES; do
    dpkg-query -W -f='${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed || echo "$p"
  done
}
install_packages() {
  local miss made=0 rc=0
  miss=$(missing_packages)
  [ -z "$miss" ] && return 0
  [ "$(id -u)" = 0 ] || die "needs root to install: ${miss//$'\n'/ }"
  say "apt-get install ${miss//$'\n'/ }"
  mkdir -p "$LOG"
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d; made=1
  fi
  before_install
  # shellcheck disable=SC2086
  apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 $miss </dev/null >>"$LOG/apt.log" 2>&1 || rc=$?
  [ $made = 1 ] && rm -f /usr/sbin/policy-rc.d
  [ $rc = 0 ] || { tail -5 "$LOG/apt.log" >&2; die "apt-get install: $rc"; }
}
before_install() { :; }

# --- processes: own session each, pid + kernel start time so a reused pid is never hit ---
_stamp() { awk '{sub(/^.*\) /,""); if ($1 != "Z" && $1 != "X") print $20}' "/proc/$1/stat" 2>/dev/null; }  # empty for a zombie: init may be slow to reap
alive() {  # alive NAME
  local pid st
  [ -s "$RUN/$1.pid" ] || return 1
  read -r pid st <"$RUN/$1.pid"
  [ -n "$st" ] && [ "$(_stamp "$pid")" = "$st" ]
}
spawn() {  # spawn NAME CMD...   (the command must stay in the foreground)
  local n=$1; shift
  alive "$n" && return 0
  setsid "$@" </dev/null >>"$LOG/$n.log" 2>&1 &
  local pid=$!
  sleep 0.05
  echo "$pid $(_stamp "$pid")" >"$RUN/$n.pid"
}
reap() {  # reap NAME...
  local n pid st i
  for n in "$@"; do
    if alive "$n"; then
      read -r pid st <"$RUN/$n.pid"
      kill -TERM "$pid" 2>/dev/null || true
      for i in $(seq "${GRACE:-100}"); do  # tenths of a second
        alive "$n" || break
        sleep 0.1
      done
      alive "$n" && kill -KILL -- "-$pid" 2>/dev/null || true
    fi
    rm -f "$RUN/$n.pid"
  done
}
wait_http() {  # wait_http URL EXPECTED-STATUS-REGEX [seconds]
  local i c
  for i in $(seq $(( ${3:-60} * 5 ))); do
    c=$(curl -s -o /dev/null -m 10 -w '%{http_code}' "$1" || true)
    [[ $c =~ ^($2)$ ]] && return 0
    sleep 0.2
  done
  die "$1 does not answer (last: $c); see $LOG"
}
wait_tcp() {  # wait_tcp PORT [seconds]
  local i
  for i in $(seq $(( ${2:-30} * 10 ))); do
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0
    sleep 0.1
  done
  die "port $1 does not answer; see $LOG"
}

# --- users: the same four everywhere ---
USERS='anna:Anna-Test-2026
bram:Bram-Test-2026
carla:Carla-Test-2026
beheer:Beheer-Test-2026'
DOMAIN=gemeente.test

# --- nginx + php-fpm, private config, loopback only ---
php_conf() {  # php_conf ENVLINES   (extra pool lines)
  local fpm; fpm=$(ls /usr/sbin/php-fpm[0-9]* 2>/dev/null | sort -V | tail -1)
  cat >"$STATE/php-fpm.conf" <<CONF
[global]
error_log = $LOG/php-fpm.log
daemonize = no
[$NAME]
user = www-data
group = www-data
listen = $RUN/php.sock
listen.owner = www-data
listen.group = www-data
pm = static
pm.max_children = 4
catch_workers_output = yes
php_admin_value[session.save_path] = $STATE/sessions
php_admin_value[upload_tmp_dir] = $STATE/tmp
php_admin_value[sys_temp_dir] = $STATE/tmp
php_admin_value[memory_limit] = 256M
php_admin_value[upload_max_filesize] = 32M
php_admin_value[post_max_size] = 34M
php_admin_value[date.timezone] = Europe/Amsterdam
$1
CONF
  echo "$fpm" >"$STATE/php-fpm.bin"
  # Debian's fastcgi_params now sends HTTP_HOST=$host (port dropped): send the Host header as it came,
  # so that applications behind a proxy on another port build the right absolute URLs.
  { grep -v HTTP_HOST /etc/nginx/fastcgi_params; echo 'fastcgi_param HTTP_HOST $http_host;'; } >"$STATE/fastcgi_params"
}
nginx_conf() {  # nginx_conf SERVER-BLOCK-BODY
  cat >"$STATE/nginx.conf" <<CONF
user www-data;
worker_processes 1;
pid $RUN/nginx-self.pid;
error_log $LOG/nginx-error.log;
daemon off;
events { worker_connections 256; }
http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  log_format wire '\$time_iso8601 \$status \$request_method \$scheme://\$http_host\$request_uri in=\$request_length out=\$body_bytes_sent ae="\$http_accept_encoding" xff="\$http_x_forwarded_for" xfp="\$http_x_forwarded_proto" xfh="\$http_x_forwarded_host" ct="\$sent_http_content_type" ce="\$sent_http_content_encoding" loc="\$sent_http_location" rt=\$request_time';
  access_log $LOG/access.log wire;
  client_body_temp_path $STATE/tmp/nginx-body; proxy_temp_path $STATE/tmp/nginx-proxy;
  fastcgi_temp_path $STATE/tmp/nginx-fcgi; uwsgi_temp_path $STATE/tmp/nginx-uwsgi; scgi_temp_path $STATE/tmp/nginx-scgi;
  client_max_body_size 34m;
  sendfile on;
  gzip on; gzip_types text/css application/javascript text/javascript application/json text/xml image/svg+xml; gzip_vary on;
  server {
    listen 127.0.0.1:$PORT;
    server_name _;
    absolute_redirect off;
    index index.php;
$1
  }
}
CONF
}
php_start() {
  spawn php-fpm "$(cat "$STATE/php-fpm.bin")" -F -y "$STATE/php-fpm.conf"
  spawn nginx nginx -p "$STATE" -c "$STATE/nginx.conf" -e "$LOG/nginx-error.log"
}
php_dirs() {
  mkdir -p "$STATE" "$LOG" "$RUN" "$STATE/sessions" "$STATE/tmp"
  chmod 755 "$STATE" "$RUN"; chown www-data "$STATE/sessions" "$STATE/tmp"; chmod 700 "$STATE/sessions"
}

main() {  # main "$@"; the script defines PACKAGES, start, stop, status
  case "${1:-}" in
    packages) missing_packages;;
    install) install_packages;;
    start) install_packages; start "$@";;
    stop) stop "$@";;
    status) status "$@";;
    *) echo "usage: $0 packages|install|start|stop|status" >&2; exit 2;;
  esac
}
