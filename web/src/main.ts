import { mount } from 'svelte'
import Shell from './ui/Shell.svelte'
import './ui/base.css'

const target = document.getElementById('app')
if (!target) throw new Error('index.html has no #app')
mount(Shell, { target })
