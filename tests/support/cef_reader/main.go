// SPDX-License-Identifier: Apache-2.0
// Reads CEF lines from stdin with Elastic's parser, which others wrote and run in production, and
// prints what it understood: one JSON object a line. The parser is fetched for the tests (its
// licence is the Elastic License) and is no part of what is shipped.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/elastic/beats/v7/x-pack/filebeat/processors/decode_cef/cef"
)

const longestLine = 1 << 24

type understood struct {
	Error      string            `json:"error,omitempty"`
	Version    int               `json:"version"`
	Vendor     string            `json:"vendor"`
	Product    string            `json:"product"`
	Device     string            `json:"device_version"`
	ClassID    string            `json:"class_id"`
	Name       string            `json:"name"`
	Severity   string            `json:"severity"`
	Extensions map[string]string `json:"extensions"`
}

func read(line string) understood {
	var event cef.Event
	err := event.Unpack(line)
	result := understood{
		Version: event.Version, Vendor: event.DeviceVendor, Product: event.DeviceProduct,
		Device: event.DeviceVersion, ClassID: event.DeviceEventClassID, Name: event.Name,
		Severity: event.Severity, Extensions: map[string]string{},
	}
	if err != nil {
		result.Error = err.Error()
	}
	for key, field := range event.Extensions {
		result.Extensions[key] = field.String
	}
	return result
}

func run() error {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, longestLine)
	out := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(out)
	for lines.Scan() {
		if err := encoder.Encode(read(lines.Text())); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return out.Flush()
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "cef_reader:", err)
		os.Exit(1)
	}
}
