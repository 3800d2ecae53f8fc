// Holds one Ed25519 key as an SSH agent, which is where litewitness wants its key, and says its fingerprint.
package main

import (
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"net"
	"os"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func main() {
	key := ed25519.NewKeyFromSeed(must(hex.DecodeString(os.Args[2])))
	keys := agent.NewKeyring()
	must(0, keys.Add(agent.AddedKey{PrivateKey: key}))
	listener := must(net.Listen("unix", os.Args[1]))
	fmt.Println(ssh.FingerprintSHA256(must(ssh.NewPublicKey(key.Public()))))
	for {
		connection := must(listener.Accept())
		go func() { _ = agent.ServeAgent(keys, connection) }()
	}
}
