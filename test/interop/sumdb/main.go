// Checks a log with golang.org/x/mod/sumdb/{note,tlog} alone: the checkpoint's signature, every tile against its root,
// every entry against its leaf, inclusion proofs and a consistency proof from an older checkpoint.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const width = 256

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func check(ok bool, format string, args ...any) {
	if !ok {
		must(0, fmt.Errorf(format, args...))
	}
}

func get(url string) ([]byte, error) {
	response, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, response.Status)
	}
	return io.ReadAll(response.Body)
}

// The path of c2sp.org/tlog-tiles has no height in it.
func path(level string, tile tlog.Tile) string {
	return "tile/" + level + strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/%d", tile.H, tile.L))
}

type tiles struct{ url string }

func (t tiles) Height() int                     { return 8 }
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		data, err := get(t.url + "/" + path(strconv.Itoa(tile.L), tile))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func openTree(data []byte, verifier note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	hash, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: hash}, err
}

func entries(url string, tree tlog.Tree) [][]byte {
	var all [][]byte
	for n := int64(0); n*width < tree.N; n++ {
		tile := tlog.Tile{H: 8, L: 0, N: n, W: int(min(width, tree.N-n*width))}
		bundle := must(get(url + "/" + path("entries", tile)))
		for len(bundle) > 0 {
			size := int(binary.BigEndian.Uint16(bundle))
			all = append(all, bundle[2:2+size])
			bundle = bundle[2+size:]
		}
	}
	return all
}

func hashLines(lines []string) []tlog.Hash {
	var hashes []tlog.Hash
	for _, line := range lines {
		raw := must(base64.StdEncoding.DecodeString(line))
		check(len(raw) == tlog.HashSize, "a proof line is no hash")
		hashes = append(hashes, tlog.Hash(raw))
	}
	return hashes
}

func main() {
	url := flag.String("url", "", "where the log is served")
	vkey := flag.String("vkey", "", "the log's verifier key")
	old := flag.String("old", "", "file of an older checkpoint")
	consistency := flag.String("consistency", "", "file of base64 lines: the proof from the older checkpoint")
	proofs := flag.String("proofs", "", "folder of tlog-proof files")
	flag.Parse()

	verifier := must(note.NewVerifier(*vkey))
	tree := must(openTree(must(get(*url+"/checkpoint")), verifier))
	reader := tlog.TileHashReader(tree, tiles{*url})
	check(must(tlog.TreeHash(tree.N, reader)) == tree.Hash, "tiles do not have the checkpoint's root")

	all := entries(*url, tree)
	check(int64(len(all)) == tree.N, "%d entries for a tree of %d", len(all), tree.N)
	var indexes []int64
	for i := range all {
		indexes = append(indexes, tlog.StoredHashIndex(0, int64(i)))
	}
	leaves := must(reader.ReadHashes(indexes))
	for i, entry := range all {
		check(leaves[i] == tlog.RecordHash(entry), "entry %d is not its leaf", i)
	}

	included := 0
	for _, file := range must(filepath.Glob(filepath.Join(*proofs, "*.tlog-proof"))) {
		head, checkpoint, found := bytes.Cut(must(os.ReadFile(file)), []byte("\n\n"))
		lines := strings.Split(string(head), "\n")
		check(found && lines[0] == "c2sp.org/tlog-proof@v1", "%s is no tlog-proof", file)
		index := must(strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64))
		at := must(openTree(checkpoint, verifier))
		must(0, tlog.CheckRecord(hashLines(lines[2:]), at.N, at.Hash, index, tlog.RecordHash(all[index])))
		included++
	}

	before := must(openTree(must(os.ReadFile(*old)), verifier))
	proof := hashLines(strings.Fields(string(must(os.ReadFile(*consistency)))))
	must(0, tlog.CheckTree(proof, tree.N, tree.Hash, before.N, before.Hash))
	must(0, json.NewEncoder(os.Stdout).Encode(map[string]int64{"entries": int64(len(all)), "inclusions": int64(included), "from": before.N}))
}
