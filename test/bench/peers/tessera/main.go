// Offers entries to a Tessera POSIX log at a fixed rate, and says how long they waited to be durable and to be published.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"sort"
	"sync"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

var (
	dir     = flag.String("dir", "", "empty folder for the log")
	rate    = flag.Int("rate", 2000, "entries a second")
	seconds = flag.Int("seconds", 4, "how long")
	size    = flag.Int("size", 700, "bytes of an entry")
)

func percentile(values []float64, p float64) float64 {
	sort.Float64s(values)
	return values[int(float64(len(values)-1)*p/100)]
}

func main() {
	flag.Parse()
	ctx := context.Background()
	secret, _, err := note.GenerateKey(rand.Reader, "tessera.example/bench")
	must(err)
	signer, err := note.NewSigner(secret)
	must(err)
	driver, err := posix.New(ctx, posix.Config{Path: *dir})
	must(err)
	// Its own batching; checkpoints as often as it lets one ask for.
	options := tessera.NewAppendOptions().WithCheckpointSigner(signer).WithCheckpointInterval(100 * time.Millisecond)
	appender, shutdown, reader, err := tessera.NewAppender(ctx, driver, options)
	must(err)
	await := tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint, 5*time.Millisecond)

	total := *rate * *seconds
	durable, published := make([]float64, total), make([]float64, total)
	var waiting sync.WaitGroup
	began := time.Now()
	for i := range total {
		due := began.Add(time.Duration(i) * time.Second / time.Duration(*rate))
		time.Sleep(time.Until(due))
		entry := make([]byte, *size)
		_, _ = rand.Read(entry)
		future := appender.Add(ctx, tessera.NewEntry(entry))
		waiting.Add(1)
		go func() {
			defer waiting.Done()
			_, err := future()
			must(err)
			durable[i] = float64(time.Since(due).Microseconds()) / 1000
			_, _, err = await.Await(ctx, future)
			must(err)
			published[i] = float64(time.Since(due).Microseconds()) / 1000
		}()
	}
	waiting.Wait()
	must(shutdown(ctx))
	out, _ := json.Marshal(map[string]float64{
		"durableP50": percentile(durable, 50), "durableP99": percentile(durable, 99),
		"publishedP50": percentile(published, 50), "publishedP99": percentile(published, 99),
	})
	fmt.Fprintln(os.Stdout, string(out))
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
