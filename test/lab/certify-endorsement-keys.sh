#!/usr/bin/env bash
# A TPM maker for recordings: certifies real endorsement keys with dates of our choice (swtpm's certificate tool can't be told the
# time, and a recording is set in a week that is past). Needs openssl 3 and faketime.
#
#   certify-endorsement-keys.sh FOLDER NAME...   reads FOLDER/NAME.pem (public keys), writes FOLDER/NAME.der;
#                                                root.pem and maker.pem are made the first time
set -euo pipefail
cd "$1"; shift
cat > maker.cnf <<'CNF'
[root]
basicConstraints = critical, CA:true, pathlen:1
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[maker]
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
# TCG EK Credential Profile 3.2: an empty subject, so the alternative name is critical; maker, model and firmware in it.
[ek]
basicConstraints = critical, CA:false
keyUsage = critical, keyEncipherment, keyAgreement
extendedKeyUsage = 2.23.133.8.1
subjectAltName = critical, dirName:tpm
authorityKeyIdentifier = keyid
[tpm]
a.2.23.133.2.1 = id:00001014
a.2.23.133.2.2 = swtpm
a.2.23.133.2.3 = id:20191023
CNF
at() { faketime '2026-01-05 08:00:00' "$@"; }
new_key() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }
certify() { at openssl x509 -new -force_pubkey "$1" -subj "$2" -CA "$3.pem" -CAkey "$3.key" -extfile maker.cnf -extensions "$4" -days 7300 -sha256; }
if [ ! -e maker.pem ]; then
  new_key root.key; new_key maker.key
  at openssl req -x509 -key root.key -subj '/O=Sekisho lab/CN=TPM maker root' -days 7300 -out root.pem -extensions root \
    -config <(printf '[req]\ndistinguished_name = dn\n[dn]\n'; cat maker.cnf)
  openssl pkey -in maker.key -pubout -out maker.pub
  certify maker.pub '/O=Sekisho lab/CN=TPM maker' root maker > maker.pem
fi
for name in "$@"; do certify "$name.pem" / maker ek | openssl x509 -outform DER -out "$name.der"; done
