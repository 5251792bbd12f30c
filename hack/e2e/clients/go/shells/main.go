// Command shells is an extension server with streams: shells in which commands run, by the code that Kubernetes itself has for
// exec and port-forward. What a kube-apiserver does (translate WebSockets to SPDY, tunnel one in the other) and what a kubelet
// does (serve SPDY, and WebSockets of old) are two listeners of this process. It runs whatever it is told to, so it listens on the
// loopback only and believes nobody but the gateway, which it knows by its certificate.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
)

func main() {
	log.SetFlags(0)
	port := flag.Int("port", 0, "port on the loopback")
	certificate := flag.String("tls-cert-file", "", "certificate to serve with")
	key := flag.String("tls-private-key-file", "", "its key")
	clientCA := flag.String("client-ca-file", "", "authority of those who may ask")
	flag.Parse()
	if err := serve(*port, *certificate, *key, *clientCA); err != nil {
		log.Fatal(err)
	}
}

func serve(port int, certificate, key, clientCA string) error {
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		return err
	}
	authority, err := os.ReadFile(clientCA)
	if err != nil {
		return err
	}
	trusted := x509.NewCertPool()
	if !trusted.AppendCertsFromPEM(authority) {
		return fmt.Errorf("%s holds no certificate", clientCA)
	}
	node, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	plain, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return err
	}
	s := &server{shells: newShells(), node: url.URL{Scheme: "http", Host: node.Addr().String()}}
	go func() { log.Fatal(http.Serve(node, s.nodeRoutes())) }()
	front := &http.Server{
		Handler:     s.routes(),
		ConnContext: withConnection,
		// Whoever does not ask for an upgrade may speak HTTP/2, as with any extension server.
		TLSConfig: &tls.Config{
			Certificates: []tls.Certificate{pair},
			ClientAuth:   tls.RequireAndVerifyClientCert,
			ClientCAs:    trusted,
		},
	}
	fmt.Println("shells is ready")
	return front.ServeTLS(counted{plain}, "", "")
}
