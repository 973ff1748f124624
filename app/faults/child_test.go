//go:build unix

package faults

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/app/store"
)

// ordersFile names, in the environment of a child, the file that holds its
// orders.
const ordersFile = "KINTSUGI_TEST_ORDERS"

// orders are the settings of a child: what a person would set, and a clock.
type orders struct {
	AppID       int64
	PrivateKey  string
	Secrets     []string
	StateKeys   []string
	GitHubURL   string
	DatabaseURL string
	Addr        string
	// Clock is the file that a clock is shared by.
	Clock   string
	Timeout time.Duration
	Lag     time.Duration
	// Sure waits for the disk at each commit. A process that is killed loses
	// nothing that it wrote; only where the machine fails does it matter.
	Sure bool
}

func TestMain(m *testing.M) {
	if file := os.Getenv(ordersFile); file != "" {
		os.Exit(live(file))
	}
	// Towns wait more than they work; but each has processes of its own.
	flag.Parse()
	if width := flag.Lookup("test.parallel"); width.Value.String() == width.DefValue {
		_ = width.Value.Set("4") // a number is one
	}
	os.Exit(m.Run())
}

// live is a child's life: the real server, until somebody ends it. It also ends
// with the process that started it, so that nothing is left of a test that was
// interrupted.
func live(file string) int {
	s, stop, err := begin(file)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer stop()
	fmt.Println("listening", s.Addr())
	go func() {
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			fmt.Println(answer(s, lines.Text()))
		}
		os.Exit(3)
	}()
	if err := s.Wait(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func begin(file string) (*server.Server, func(), error) {
	var o orders
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, err
	}
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, nil, err
	}
	town, err := sharedClock(o.Clock)
	if err != nil {
		return nil, nil, err
	}
	c := server.Config{
		AppID: o.AppID, PrivateKey: []byte(o.PrivateKey), WebhookSecrets: o.Secrets,
		GitHubURL: o.GitHubURL, DatabaseURL: o.DatabaseURL, Addr: o.Addr, Clock: town,
		Timeout: o.Timeout, Lag: o.Lag, LogTo: os.Stderr, Version: "faults",
		Workflows: append(server.Workflows(), crowd()),
	}
	if !o.Sure {
		c.StoreOptions = []store.Option{store.Relaxed()}
	}
	for _, key := range o.StateKeys {
		c.StateKeys = append(c.StateKeys, []byte(key))
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	s, err := server.Start(ctx, c)
	return s, stop, err
}

// answer does what the test asks of a child besides being a server: to say
// whether it has nothing to do, and to let no file of its own grow beyond some
// bytes, which is how a full disk looks from inside.
func answer(s *server.Server, line string) string {
	what, arg, _ := strings.Cut(line, " ")
	switch what {
	case "resting?":
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		resting, err := s.Resting(ctx)
		return strconv.FormatBool(resting && err == nil)
	case "limit":
		var limit syscall.Rlimit
		bytes, err := strconv.ParseUint(arg, 10, 64)
		if err == nil {
			err = syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit)
		}
		if err == nil {
			signal.Ignore(syscall.SIGXFSZ) // so that the write fails and not the process
			limit.Cur = min(bytes, limit.Max)
			err = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
		}
		return fmt.Sprint(err == nil)
	}
	return "false"
}
