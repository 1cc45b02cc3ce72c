# shellcheck shell=bash
# One host, many sites: each is compliant but for its HSTS, its redirect or what
# its answers tell. All of them share the default server of plain HTTP.

AGE='Strict-Transport-Security "max-age=63072000"'

before_boot() {
  local name
  make_web
  for name in good no-hsts hsts-200 hsts-location hsts-zero hsts-short hsts-quoted hsts-twice hsts-h5bp hsts-http hsts-unloaded plain temporary version; do
    certificate "$name.example"
  done
  site good.example <<<"$HSTS"
  site no-hsts.example <<<''
  site hsts-200.example <<<"add_header $AGE;"
  # One add_header of a location takes away all of those outside.
  site hsts-location.example <<<"add_header $AGE always; location / { add_header X-Frame-Options DENY; }"
  site hsts-zero.example <<<'add_header Strict-Transport-Security "max-age=0" always;'
  site hsts-short.example <<<'add_header Strict-Transport-Security "max-age=86400" always;'
  site hsts-quoted.example <<<"add_header Strict-Transport-Security 'max-age=\"63072000\"' always;"
  # The application sends a header too: a weaker one, and first.
  site hsts-twice.example <<<"add_header $AGE always; location / { proxy_pass http://127.0.0.1:8081; }"
  h5bp
  site hsts-h5bp.example <<<'include h5bp/directive-only/ssl.conf;'
  site hsts-unloaded.example <<<''
  # Browsers ignore the header over plain HTTP.
  site hsts-http.example <<<''
  site plain.example <<<"$HSTS"
  site temporary.example <<<"$HSTS"
  site version.example <<<"$HSTS server_tokens on;"
  cat >/etc/nginx/sites-enabled/10-plain <<-END
	server { listen 127.0.0.1:8081; server_name backend; root /var/www/html; index index.nginx-debian.html;
	    add_header Strict-Transport-Security "max-age=300" always; }
	server { listen 80; listen [::]:80; server_name hsts-http.example;
	    add_header $AGE always; return 308 https://\$host\$request_uri; }
	server { listen 80; listen [::]:80; server_name plain.example; root /var/www/html; index index.nginx-debian.html; }
	server { listen 80; listen [::]:80; server_name temporary.example; return 302 https://\$host\$request_uri; }
	END
}

# The file has been put right; nobody told nginx.
after_boot() { site hsts-unloaded.example <<<"$HSTS"; }

# As the h5bp server configurations had it before 3.0: every line about HSTS is
# a comment.
h5bp() {
  mkdir -p /etc/nginx/h5bp/directive-only
  cat >/etc/nginx/h5bp/directive-only/ssl.conf <<-'END'
	# Protect against the BEAST and POODLE attacks by not using SSLv3 at all.
	ssl_protocols TLSv1.2 TLSv1.3;
	ssl_session_cache shared:SSL:10m;
	ssl_session_timeout 24h;
	keepalive_timeout 300;
	# HSTS (HTTP Strict Transport Security)
	# This header tells browsers to cache the certificate for a year and to connect exclusively via HTTPS.
	#add_header Strict-Transport-Security "max-age=31536000;";
	# This version tells browsers to treat all subdomains the same as this site and to load exclusively over HTTPS
	#add_header Strict-Transport-Security "max-age=31536000; includeSubDomains;";
	#add_header Strict-Transport-Security "max-age=31536000; includeSubDomains; preload";
	END
}

# hsts NAME PATH: its HSTS fields, one a line, nothing else.
hsts() { fetch "$1.example" "$2" | sed -n 's/^strict-transport-security: //Ip'; }

# sent NAME FIELDS-OF-/ FIELDS-OF-A-404
sent() {
  [[ $(hsts "$1" /) == "$2" && $(hsts "$1" /nothing) == "$3" ]] || { echo "$1 sends '$(hsts "$1" /)' and '$(hsts "$1" /nothing)'" >&2 && return 1; }
}

prove_outside() {
  local year='max-age=63072000' name
  sent good "$year; includeSubDomains" "$year; includeSubDomains"
  sent no-hsts '' ''
  sent hsts-200 "$year" ''
  sent hsts-location '' ''
  sent hsts-zero max-age=0 max-age=0
  sent hsts-short max-age=86400 max-age=86400
  sent hsts-quoted 'max-age="63072000"' 'max-age="63072000"'
  sent hsts-twice $'max-age=300\nmax-age=63072000' $'max-age=300\nmax-age=63072000'
  sent hsts-h5bp '' ''
  sent hsts-http '' ''
  sent hsts-unloaded '' ''
  expect 'nothing is sent over HTTP' 'Strict-Transport-Security: max-age' fetch_plain hsts-http.example /
  expect 'plain HTTP serves nothing' 'Welcome to nginx' fetch_plain plain.example /
  expect 'it is no 302' '302 Moved Temporarily' fetch_plain temporary.example /
  expect 'the version is hidden' 'Server: nginx/1.' fetch version.example /
  unexpected 'the others show it too' nginx/1. fetch good.example /
}

prove() {
  expect 'the chain is not trusted' 'code: 0 (ok)' verify hsts-zero.example
  expect 'the file does not set it' 'max-age=63072000' grep Strict-Transport-Security /etc/nginx/sites-enabled/hsts-unloaded.example
  refuse 'h5bp sends it' grep -E '^[[:space:]]*add_header' /etc/nginx/h5bp/directive-only/ssl.conf
}
