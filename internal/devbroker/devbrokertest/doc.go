// Package devbrokertest is a network in memory, for tests in a testing/synctest
// bubble: an embedded broker, its clients and the workers' REST listeners live on
// it, time is fake, and machines can be cut off.
//
//	synctest.Test(t, func(t *testing.T) {
//		network := devbrokertest.NewNetwork()
//		broker, err := devbroker.Start(devbroker.Settings{Addr: "kafka:9092", Listen: network.Listen})
//		…
//		host := network.Host("w1")
//		client, err := kgo.NewClient(kgo.SeedBrokers(broker.Addrs()...), kgo.Dialer(host.DialContext))
//		…
//		host.Stall()
//	})
//
// A connection is a net.Pipe: it has no buffer, and a goroutine that waits for it
// does not keep fake time from passing.
//
// Tests in real time have their broker from Start, on the loopback.
//
// Floor 0. Connect: none (the network between brokers and workers).
package devbrokertest
