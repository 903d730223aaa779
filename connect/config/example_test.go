package config_test

import (
	"fmt"

	"github.com/millrace/millrace/connect/config"
)

func serverDef() *config.Def {
	return config.NewDef(
		config.Key{
			Name: "server.url", Type: config.StringType, Required: true, Importance: config.High,
			Validator: config.NonEmpty(), Doc: "Where the server is.",
		},
		config.Key{
			Name: "batch.size", Type: config.Int, Default: 500, Importance: config.Medium,
			Validator: config.Between(1, 10_000), Doc: "How many records are sent at once.",
		},
		config.Key{
			Name: "password", Type: config.PasswordType, Importance: config.High,
			Doc: "The password; none unless set.",
		},
	)
}

// Parse reads properties. Getters return what was given, or the default.
func Example() {
	v, err := serverDef().Parse(map[string]string{"server.url": " http://localhost:80 ", "password": "s3cret", "name": "c"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(v.String("server.url"), v.Int("batch.size"), v.IsSet("password"))
	fmt.Println(v.Password("password"), v.Password("password").Reveal(), v.Unknown())
	// Output:
	// http://localhost:80 500 true
	// [hidden] s3cret [name]
}

// Parse stops at the first error, which names its key.
func ExampleDef_Parse() {
	_, err := serverDef().Parse(map[string]string{"batch.size": "many"})
	fmt.Println(err)
	_, err = serverDef().Parse(map[string]string{"server.url": "x", "batch.size": "0"})
	fmt.Println(err)
	// Output:
	// Missing required configuration "server.url" which has no default value.
	// Invalid value 0 for configuration batch.size: Value must be at least 1
}

// Validate collects all errors, key by key, as the REST API shows them.
func ExampleDef_Validate() {
	result := serverDef().Validate(map[string]string{"batch.size": "many"})
	for _, v := range result.Values {
		fmt.Println(v.Name, v.Errors)
	}
	// Output:
	// server.url [Missing required configuration "server.url" which has no default value.]
	// batch.size [Invalid value many for configuration batch.size: Not a number of type INT Invalid value null for configuration batch.size: Value must be non-null]
	// password []
}

// A validator is a description and a function.
func ExampleValid() {
	even := config.Valid("an even number", func(key string, value any) error {
		if n, _ := value.(int32); n%2 != 0 {
			return config.Invalid(key, value, "it must be even")
		}
		return nil
	})
	fmt.Println(even, even.Check("workers", int32(3)))
	// Output: an even number Invalid value 3 for configuration workers: it must be even
}
