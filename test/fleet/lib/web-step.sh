# shellcheck shell=bash
# What the variants named web-… can use besides variant-step.sh: a certificate
# authority of the host's own, nginx with sites, and looks at them.

# root.pem is what a client has to trust; every NAME.pem is a leaf and the
# intermediate that issued it.
PKI=/etc/ssl/fixture
HSTS='add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always;'

# --- for before_boot --------------------------------------------------------------

# key FILE [rsa]
key() {
  local kind=(-algorithm EC -pkeyopt ec_paramgen_curve:prime256v1)
  [[ ${2:-} != rsa ]] || kind=(-algorithm RSA -pkeyopt rsa_keygen_bits:2048)
  openssl genpkey "${kind[@]}" -out "$1" 2>/dev/null
}

# issue ISSUER NAME EXTENSIONS FROM UNTIL: NAME.crt for the key in NAME.key.
# Only `openssl ca` of all releases can date a certificate back.
issue() {
  printf '%s\n' "$3" >"$PKI/extensions"
  openssl req -new -key "$PKI/$2.key" -subj "/CN=${6:-$2}" -out "$PKI/$2.csr"
  openssl ca -batch -notext -config "$PKI/ca.conf" -extfile "$PKI/extensions" \
    -cert "$PKI/$1.crt" -keyfile "$PKI/$1.key" -in "$PKI/$2.csr" -out "$PKI/$2.crt" \
    -startdate "$(date -u -d "$4" +%Y%m%d%H%M%SZ)" -enddate "$(date -u -d "$5" +%Y%m%d%H%M%SZ)" 2>/dev/null
  rm "$PKI/$2.csr" "$PKI/extensions"
}

# make_authority: root and intermediate.
make_authority() {
  install -d -m 0755 "$PKI" "$PKI/issued"
  : >"$PKI/index.txt"
  cat >"$PKI/ca.conf" <<-END
	[ca]
	default_ca = fixture
	[fixture]
	database = $PKI/index.txt
	new_certs_dir = $PKI/issued
	rand_serial = yes
	default_md = sha256
	unique_subject = no
	policy = any
	[any]
	commonName = supplied
	END
  key "$PKI/root.key"
  openssl req -x509 -new -key "$PKI/root.key" -days 3650 -subj '/CN=Fixture Root' -out "$PKI/root.crt"
  key "$PKI/intermediate.key"
  issue root intermediate $'basicConstraints=critical,CA:true,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid' \
    '-1 year' '+4 years' 'Fixture Intermediate'
  cp "$PKI/root.crt" "$PKI/root.pem"
}

# certificate NAME [NAME-IN-IT] [FROM] [UNTIL] [rsa]: NAME.pem and NAME.key.
certificate() {
  local name=$1 subject=${2:-$1}
  key "$PKI/$name.key" "${5:-}"
  issue intermediate "$name" "basicConstraints=critical,CA:false
keyUsage=critical,digitalSignature${5:+,keyEncipherment}
extendedKeyUsage=serverAuth
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
subjectAltName=DNS:$subject" "${3:--10 days}" "${4:-+80 days}" "$subject"
  cat "$PKI/$name.crt" "$PKI/intermediate.crt" >"$PKI/$name.pem"
}

# make_web: the authority, and nginx with safe settings and default servers that
# serve nothing. FROM-THE-DEFAULT is what the default server of 443 does instead.
make_web() {
  make_authority
  sed -i -E '/^\s*(ssl_protocols|ssl_prefer_server_ciphers|server_tokens)\s/d' /etc/nginx/nginx.conf
  cat >/etc/nginx/conf.d/tls.conf <<-'END'
	server_tokens off;
	ssl_protocols TLSv1.2 TLSv1.3;
	ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
	ssl_prefer_server_ciphers off;
	ssl_session_tickets off;
	END
  cat >/etc/nginx/sites-enabled/00-default <<-'END'
	server {
	    listen 80 default_server;
	    listen [::]:80 default_server;
	    server_name _;
	    return 308 https://$host$request_uri;
	}
	END
  [[ ${1:-} != own-default ]] || return 0
  local instead='ssl_reject_handshake on;'
  if [[ $(suite) == bullseye ]]; then # nginx 1.18 has no such directive
    certificate fallback fallback.invalid
    instead="ssl_certificate $PKI/fallback.pem; ssl_certificate_key $PKI/fallback.key; return 444;"
  fi
  cat >>/etc/nginx/sites-enabled/00-default <<-END
	server {
	    listen 443 ssl default_server;
	    listen [::]:443 ssl default_server;
	    server_name _;
	    $instead
	}
	END
}

# site NAME [LISTEN-OPTION] <<<DIRECTIVES: a server for NAME on 443 with its
# certificate; what differs from a compliant one comes from standard input.
site() {
  local option=${2:+ $2} http2=''
  # From nginx 1.25.1 on a directive of its own.
  [[ $option != ' http2' || $(suite) != trixie ]] || option='' http2='http2 on;'
  {
    cat <<-END
	server {
	    listen 443 ssl$option;
	    listen [::]:443 ssl$option;
	    server_name $1;
	    ssl_certificate $PKI/$1.pem;
	    ssl_certificate_key $PKI/$1.key;
	    root /var/www/html;
	    index index.nginx-debian.html;
	    $http2
	END
    sed 's/^/    /'
    echo '}'
  } >"/etc/nginx/sites-enabled/$1"
}

# --- for prove_outside ------------------------------------------------------------

# fetch NAME PATH: status line and header fields, whatever the certificate is.
fetch() {
  curl -sS -k --noproxy '*' --max-time 10 -o /dev/null -D - --resolve "$1:443:$FLEET_ADDRESS" "https://$1$2" | tr -d '\r'
}
fetch_plain() {
  curl -sS --noproxy '*' --max-time 10 -D - --resolve "$1:80:$FLEET_ADDRESS" "http://$1$2" | tr -d '\r'
}
# hello NAME [OPTION…]: what openssl says of a handshake, with every algorithm
# that it still has.
hello() {
  timeout 10 openssl s_client -connect "$FLEET_ADDRESS:443" -servername "$1" -cipher 'ALL:@SECLEVEL=0' "${@:2}" </dev/null 2>&1
}

# --- for prove --------------------------------------------------------------------

# verify NAME: "Verify return code: 0 (ok)", or the reason why not.
verify() {
  timeout 10 openssl s_client -connect 127.0.0.1:443 -servername "$1" -verify_hostname "$1" -CAfile "$PKI/root.pem" \
    </dev/null 2>&1 | grep -m 1 'Verify return code'
}
