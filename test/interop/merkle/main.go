// Judges our Merkle vectors with the verifier of github.com/transparency-dev/merkle, and names those where it differs.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
)

type vector struct {
	Name  string
	N     int64
	Size  uint64
	First []byte
	Root  []byte
	Proof [][]byte
	Holds bool
}

func main() {
	kind, file := os.Args[1], os.Args[2]
	text, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(text, &vectors); err != nil {
		log.Fatal(err)
	}
	differ := []string{}
	for _, v := range vectors {
		var err error
		if kind == "inclusion" {
			err = proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(v.N), v.Size, v.First, v.Proof, v.Root)
		} else {
			err = proof.VerifyConsistency(rfc6962.DefaultHasher, uint64(v.N), v.Size, v.Proof, v.First, v.Root)
		}
		if (err == nil) != v.Holds {
			differ = append(differ, v.Name)
		}
	}
	out, _ := json.Marshal(map[string]any{"judged": len(vectors), "differ": differ})
	fmt.Println(string(out))
}
