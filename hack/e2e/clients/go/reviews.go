package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	authentication "k8s.io/api/authentication/v1"
	authorization "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// checkReviews asks who somebody is and what somebody may do, as servers behind the gateway do.
func checkReviews(ctx context.Context, r *report, s *scene) {
	for _, mode := range []struct {
		name   string
		config *rest.Config
	}{{"in JSON", withContentType(s.config, runtime.ContentTypeJSON)}, {"in protobuf", s.config}} {
		core, err := kubernetes.NewForConfig(mode.config)
		if err != nil {
			panic(err)
		}
		r.check(ctx, "reviews of tokens "+mode.name, func(ctx context.Context) error { return s.reviewTokens(ctx, core) })
		r.check(ctx, "reviews of rights "+mode.name, func(ctx context.Context) error { return reviewRights(ctx, core) })
	}
}

func (s *scene) reviewTokens(ctx context.Context, core kubernetes.Interface) error {
	review := func(token string) (authentication.TokenReviewStatus, error) {
		wanted := &authentication.TokenReview{Spec: authentication.TokenReviewSpec{Token: token}}
		made, err := core.AuthenticationV1().TokenReviews().Create(ctx, wanted, metav1.CreateOptions{})
		if err != nil {
			return authentication.TokenReviewStatus{}, err
		}
		return made.Status, nil
	}
	alice, err := review(s.userToken)
	if err != nil {
		return err
	}
	if !alice.Authenticated || alice.User.Username != "alice" || !slices.Contains(alice.User.Groups, "dev") {
		return fmt.Errorf("the user is %v", alice)
	}
	unknown, err := review("nonsense")
	if err != nil {
		return err
	}
	if unknown.Authenticated || unknown.Error == "" {
		return fmt.Errorf("an unknown token is that of %v", unknown)
	}
	accounts := core.CoreV1().ServiceAccounts(space)
	account, err := accounts.Create(ctx, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{GenerateName: "robot-"}}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	request, err := accounts.CreateToken(ctx, account.Name, &authentication.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	robot, err := review(request.Status.Token)
	if err != nil {
		return err
	}
	return errors.Join(
		equal("the name of a service account", robot.User.Username, "system:serviceaccount:"+space+":"+account.Name),
		equal("its uid", robot.User.UID, string(account.UID)),
	)
}

func reviewRights(ctx context.Context, core kubernetes.Interface) error {
	client := core.AuthorizationV1()
	secrets := &authorization.ResourceAttributes{Namespace: space, Verb: "list", Resource: "secrets"}
	subject := authorization.SubjectAccessReviewSpec{User: "alice", Groups: []string{"dev"}, ResourceAttributes: secrets}
	hers, err := client.SubjectAccessReviews().Create(ctx, &authorization.SubjectAccessReview{Spec: subject}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	subject.Groups = []string{"system:masters"}
	masters := &authorization.LocalSubjectAccessReview{ObjectMeta: metav1.ObjectMeta{Namespace: space}, Spec: subject}
	local, err := client.LocalSubjectAccessReviews(space).Create(ctx, masters, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	own := &authorization.SelfSubjectAccessReview{Spec: authorization.SelfSubjectAccessReviewSpec{ResourceAttributes: secrets}}
	self, err := client.SelfSubjectAccessReviews().Create(ctx, own, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	all := &authorization.SelfSubjectRulesReview{Spec: authorization.SelfSubjectRulesReviewSpec{Namespace: space}}
	rules, err := client.SelfSubjectRulesReviews().Create(ctx, all, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	everything := slices.ContainsFunc(rules.Status.ResourceRules, func(rule authorization.ResourceRule) bool {
		return slices.Contains(rule.Verbs, "*") && slices.Contains(rule.Resources, "*")
	})
	return errors.Join(
		equal("alice's right", hers.Status.Allowed, false),
		equal("a master's right", local.Status.Allowed, true),
		equal("the own right", self.Status.Allowed, true),
		equal("the right to everything", everything, true),
	)
}
