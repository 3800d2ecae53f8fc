// Peer for the benchmark: google/go-attestation doing the same work on the same evidence on one core: AK parsed, quote signature,
// nonce and PCR digest checked, boot log parsed and replayed, Secure Boot state read. Prints one JSON line.
package main

import (
	"crypto"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"github.com/google/go-attestation/attest"
)

type evidence struct {
	Nonce     string                       `json:"nonce"`
	AkPublic  string                       `json:"akPublic"`
	Quote     string                       `json:"quote"`
	Signature string                       `json:"signature"`
	EventLog  string                       `json:"eventLog"`
	Pcrs      map[string]map[string]string `json:"pcrs"`
}

func decode(text string) []byte {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return raw
}

func appraise(e evidence) error {
	ak, err := attest.ParseAKPublic(tpmt(decode(e.AkPublic)))
	if err != nil {
		return fmt.Errorf("AK: %w", err)
	}
	nonce, err := hex.DecodeString(e.Nonce)
	if err != nil {
		return err
	}
	var pcrs []attest.PCR
	for index, value := range e.Pcrs["sha256"] {
		number, err := strconv.Atoi(index)
		if err != nil {
			return err
		}
		digest, err := hex.DecodeString(value)
		if err != nil {
			return err
		}
		pcrs = append(pcrs, attest.PCR{Index: number, Digest: digest, DigestAlg: crypto.SHA256})
	}
	quote := attest.Quote{Quote: decode(e.Quote), Signature: decode(e.Signature)}
	if err := ak.Verify(quote, pcrs, nonce); err != nil {
		return fmt.Errorf("quote: %w", err)
	}
	log, err := attest.ParseEventLog(decode(e.EventLog))
	if err != nil {
		return fmt.Errorf("boot log: %w", err)
	}
	events, err := log.Verify(pcrs)
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	state, err := attest.ParseSecurebootState(events)
	if err != nil {
		return fmt.Errorf("Secure Boot: %w", err)
	}
	if !state.Enabled {
		return fmt.Errorf("Secure Boot is off")
	}
	return nil
}

// tpmt takes the TPM2B size off a TPM2B_PUBLIC.
func tpmt(public []byte) []byte { return public[2:] }

// cpuSeconds is what all threads of this process worked, so that what else the machine does counts for nobody.
func cpuSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

func main() {
	runtime.GOMAXPROCS(1)
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	seconds, err := strconv.ParseFloat(os.Args[2], 64)
	if err != nil {
		panic(err)
	}
	var e evidence
	if err := json.Unmarshal(text, &e); err != nil {
		panic(err)
	}
	if err := appraise(e); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	began, worked, done := time.Now(), cpuSeconds(), 0
	for time.Since(began).Seconds() < seconds {
		if err := appraise(e); err != nil {
			panic(err)
		}
		done++
	}
	elapsed, worked := time.Since(began).Seconds(), cpuSeconds()-worked
	fmt.Printf("{\"appraisalsPerSecond\":%.0f,\"appraisalsPerCpuSecond\":%.0f}\n", float64(done)/elapsed, float64(done)/worked)
}
