// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import type { Router, RouterHistory } from 'vue-router'
import { createRouter, createWebHistory } from 'vue-router'
import NotFoundPage from '@/pages/NotFoundPage.vue'
import TaskListPage from '@/pages/TaskListPage.vue'
import TaskPage from '@/pages/TaskPage.vue'

export function createAppRouter(history: RouterHistory = createWebHistory()): Router {
  return createRouter({
    history,
    routes: [
      { path: '/', component: TaskListPage },
      {
        path: '/tasks/:id(\\d{1,16})',
        component: TaskPage,
        props: ({ params }) => ({ id: Number(params['id']) }),
      },
      { path: '/new', component: () => import('@/pages/NewTaskPage.vue') },
      {
        path: '/new/:type',
        component: () => import('@/pages/NewTaskFormPage.vue'),
        props: true,
      },
      { path: '/:any(.*)*', component: NotFoundPage },
    ],
    scrollBehavior: (to, from, saved) => saved ?? (to.path !== from.path && { top: 0 }),
  })
}
