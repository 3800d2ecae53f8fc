// A vCenter for the tests: govmomi's simulator behind TLS, with one user. What is in it changes by lines on standard input,
// through the same SOAP interface that a person's client would use; each line is answered with "ok" or "failed".
package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

type vcenter struct {
	ctx    context.Context
	model  *simulator.Model
	client *govmomi.Client
}

func (v *vcenter) finder() (*find.Finder, error) {
	finder := find.NewFinder(v.client.Client)
	dc, err := finder.DefaultDatacenter(v.ctx)
	if err != nil {
		return nil, err
	}
	return finder.SetDatacenter(dc), nil
}

func (v *vcenter) add(cluster, host string) error {
	finder, err := v.finder()
	if err != nil {
		return err
	}
	into, err := finder.ClusterComputeResource(v.ctx, cluster)
	if err != nil {
		return err
	}
	spec := types.HostConnectSpec{HostName: host, UserName: "root", Password: "unused", Force: true}
	task, err := into.AddHost(v.ctx, spec, true, nil, nil)
	if err != nil {
		return err
	}
	return task.Wait(v.ctx)
}

func (v *vcenter) host(name string) (*object.HostSystem, error) {
	finder, err := v.finder()
	if err != nil {
		return nil, err
	}
	return finder.HostSystem(v.ctx, "*/"+name)
}

func (v *vcenter) remove(name string) error {
	host, err := v.host(name)
	if err != nil {
		return err
	}
	task, err := host.Destroy(v.ctx)
	if err != nil {
		return err
	}
	return task.Wait(v.ctx)
}

// What the simulator has no verb for: a TPM, vCenter's own verdict on it, and the report that stands behind that.
func (v *vcenter) tpm(name, status, reportFile string) error {
	host, err := v.host(name)
	if err != nil {
		return err
	}
	held, ok := v.model.Map().Get(host.Reference()).(*simulator.HostSystem)
	if !ok {
		return fmt.Errorf("%s is no host", name)
	}
	file, err := os.Open(reportFile)
	if err != nil {
		return err
	}
	defer file.Close()
	report := new(types.HostTpmAttestationReport)
	if err := types.NewJSONDecoder(file).Decode(report); err != nil {
		return err
	}
	v.model.Service.Context.WithLock(held.Reference(), func() {
		held.Capability.TpmSupported = types.NewBool(true)
		held.Capability.TpmVersion = "2.0"
		held.Summary.TpmAttestation = &types.HostTpmAttestationInfo{
			Time:   *held.Runtime.BootTime,
			Status: types.HostTpmAttestationInfoAcceptanceStatus(status),
		}
		held.Returnval = report
	})
	return nil
}

// Ends every session but this program's own, as an administrator can and as time does.
func (v *vcenter) expire() error {
	var manager mo.SessionManager
	if err := v.client.RetrieveOne(v.ctx, *v.client.ServiceContent.SessionManager, []string{"sessionList"}, &manager); err != nil {
		return err
	}
	own, err := v.client.SessionManager.UserSession(v.ctx)
	if err != nil {
		return err
	}
	var others []string
	for _, each := range manager.SessionList {
		if each.Key != own.Key {
			others = append(others, each.Key)
		}
	}
	if len(others) == 0 {
		return fmt.Errorf("nobody else is logged in")
	}
	request := types.TerminateSession{This: manager.Self, SessionId: others}
	_, err = methods.TerminateSession(v.ctx, v.client.Client, &request)
	return err
}

func (v *vcenter) do(line string) error {
	words := strings.Fields(line)
	switch {
	case len(words) == 3 && words[0] == "add":
		return v.add(words[1], words[2])
	case len(words) == 2 && words[0] == "remove":
		return v.remove(words[1])
	case len(words) == 4 && words[0] == "tpm":
		return v.tpm(words[1], words[2], words[3])
	case len(words) == 1 && words[0] == "expire":
		return v.expire()
	}
	return fmt.Errorf("not understood")
}

func run() error {
	listen := flag.String("listen", "127.0.0.1:0", "address")
	user := flag.String("user", "", "the one user")
	password := flag.String("password", "", "and its password")
	cert := flag.String("cert", "", "certificate, PEM")
	key := flag.String("key", "", "its key, PEM")
	clusters := flag.Int("clusters", 1, "clusters")
	hosts := flag.Int("hosts", 3, "hosts in each")
	flag.Parse()

	pair, err := tls.LoadX509KeyPair(*cert, *key)
	if err != nil {
		return err
	}
	model := simulator.VPX()
	model.Cluster, model.ClusterHost, model.Host, model.Machine = *clusters, *hosts, 1, 0
	if err := model.Create(); err != nil {
		return err
	}
	model.Service.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	model.Service.Listen = &url.URL{Host: *listen, User: url.UserPassword(*user, *password)}
	server := model.Service.NewServer()
	client, err := govmomi.NewClient(context.Background(), server.URL, true)
	if err != nil {
		return err
	}
	v := &vcenter{ctx: context.Background(), model: model, client: client}
	fmt.Printf("https://%s\n", server.URL.Host)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		if err := v.do(lines.Text()); err != nil {
			fmt.Printf("failed: %v\n", err)
			continue
		}
		fmt.Println("ok")
	}
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
